//! The service as its clients meet it.

mod commands;
mod definitions;
mod floor;
mod looks;
mod openapi;
mod pages;
mod restart;
mod socket;
mod streams;
mod who;

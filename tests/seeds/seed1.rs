//! Conversations from the virtual agent to a person (ServiceNow: chat in CSM).

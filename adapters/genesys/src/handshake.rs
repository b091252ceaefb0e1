//! What the host may do over there, before it does anything.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::words::body;
use strowger_wire::Request;

body! {
    /// What somebody may.
    pub Authorization {
        /// The permissions of all the user's roles, such as `workitems:workitem:add`. A part may be
        /// `*`.
        permissions: Vec<String>,
    }
}

body! {
    /// Who sends requests.
    ///
    /// ```
    /// use strowger_genesys::{Me, assign_workitem, cancel_routing};
    ///
    /// let read = r#"{"id":"u1","authorization":{"permissions":["workitems:workitem:pull"]}}"#;
    /// let me: Me = serde_json::from_str(read)?;
    /// assert_eq!(me.check(&[assign_workitem("w1", "ana")]), Ok(()));
    /// let missing = me.check(&[cancel_routing("w1")]).unwrap_err();
    /// assert_eq!(missing.any_of[0], ["workitems:workitem:cancelRouting"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub Me {
        /// The user's id.
        id: String,
        /// What the user is called.
        name: Option<String>,
        /// What the user may; absent unless it was asked for.
        authorization: Authorization,
    }
}

/// Permissions that are missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("one of each of these permissions is missing: {any_of:?}")]
pub struct Missing {
    /// Of each of these one is needed.
    pub any_of: Vec<Vec<Cow<'static, str>>>,
}

impl Me {
    /// Whether the user has this permission.
    #[must_use]
    pub fn may(&self, permission: &str) -> bool {
        let mut all = self.authorization.permissions.iter();
        all.any(|own| {
            let (own, asked) = (own.split(':'), permission.split(':'));
            let same = own.clone().zip(asked.clone()).all(|(own, one)| own == "*" || own == one);
            same && own.count() == asked.count()
        })
    }

    /// Whether the user may send all of these.
    ///
    /// # Errors
    /// The permissions the user lacks.
    pub fn check(&self, requests: &[Request]) -> Result<(), Missing> {
        let mut any_of: Vec<Vec<_>> = Vec::new();
        for Request { permissions, .. } in requests {
            let may = permissions.is_empty() || permissions.iter().any(|one| self.may(one));
            if !may && !any_of.contains(permissions) {
                any_of.push(permissions.clone());
            }
        }
        if any_of.is_empty() { Ok(()) } else { Err(Missing { any_of }) }
    }
}

/// Who sends requests, and what they may: `GET /users/me`, answered with a [`Me`].
#[must_use]
pub fn get_me() -> Request {
    Request::get("/api/v2/users/me".to_string()).with_query("expand", "authorization")
}

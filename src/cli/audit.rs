//! Writing down what commands change in the store themselves, by the verbs of the admin API.

use std::{fmt::Display, fs};

use portcullis_core::{
    audit::{AuditEntry, DONE},
    id::{AuditId, IdentityId},
};
use serde_json::Value;

use super::output::remark;
use crate::gateway::Foundation;

/// Where the system keeps the names of those who may use it (passwd(5)).
const NAMES: &str = "/etc/passwd";
/// The longest name of somebody or of a machine, in characters.
const LONGEST_NAME: usize = 64;

/// One thing that a command did.
#[derive(Debug)]
pub(super) struct Act {
    command: &'static str,
    verb: &'static str,
    object: Option<(&'static str, String)>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Act {
    /// Something that this command did to nothing in particular.
    pub(super) fn new(command: &'static str, verb: &'static str) -> Self {
        Self {
            command,
            verb,
            object: None,
            before: None,
            after: None,
        }
    }

    /// The same done to an identity.
    #[must_use]
    pub(super) fn on_identity(self, id: IdentityId) -> Self {
        self.on("identity", &id)
    }

    /// The same done to the thing of this kind with this id.
    #[must_use]
    pub(super) fn on(mut self, kind: &'static str, id: &dyn Display) -> Self {
        self.object = Some((kind, id.to_string()));
        self
    }

    /// The same with what the thing was like before; never a password, a code, a secret or a token.
    #[must_use]
    pub(super) fn from(mut self, before: Value) -> Self {
        self.before = Some(before);
        self
    }

    /// The same with what the thing is like now; likewise.
    #[must_use]
    pub(super) fn to(mut self, after: Value) -> Self {
        self.after = Some(after);
        self
    }

    /// Writes it down. It is done already, so that a log which cannot be written undoes nothing and
    /// keeps nothing back that is shown only once; that it could not is told on standard error.
    pub(super) async fn note(self, foundation: &Foundation) {
        let (kind, id) = self.object.unzip();
        let entry = AuditEntry {
            id: AuditId::generate(&*foundation.entropy),
            at: foundation.clock.now(),
            actor: "command".to_owned(),
            actor_label: format!("portcullis {} ({})", self.command, whose()),
            verb: self.verb.to_owned(),
            object_kind: kind.map(str::to_owned),
            object_id: id,
            client: None,
            request_id: None,
            outcome: DONE.to_owned(),
            before: self.before,
            after: self.after,
        };
        if let Err(error) = foundation.stores.audit.append(&entry).await {
            let verb = entry.verb;
            remark(format_args!(
                "warning: {verb} is done, but was not written to the audit log: {error}"
            ));
        }
    }
}

/// Who runs this process on which machine, such as `root on gate-1`: by its real user id, which nobody can
/// set to another's as they can set a variable of their environment.
fn whose() -> String {
    let id = rustix::process::getuid().as_raw();
    let names = fs::read_to_string(NAMES).unwrap_or_default();
    let name = name_of(id, &names).map_or_else(|| format!("uid {id}"), plain);
    let system = rustix::system::uname();
    format!("{name} on {}", plain(&system.nodename().to_string_lossy()))
}

/// The name that this user id has in the lines of such a file. Names that are kept elsewhere, in a directory
/// of an organisation say, are not asked for.
fn name_of(id: u32, lines: &str) -> Option<&str> {
    let mut lines = lines.lines().map(|line| line.split(':'));
    lines.find_map(|mut fields| {
        let name = fields.next().filter(|name| !name.is_empty())?;
        let own: u32 = fields.nth(1)?.parse().ok()?;
        (own == id).then_some(name)
    })
}

/// The name, without what a line or a page would stumble over.
fn plain(name: &str) -> String {
    let visible = name.chars().filter(|c| !c.is_control());
    visible.take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_by_the_user_id() {
        let lines = "# who\nroot:x:0:0:root:/root:/bin/sh\nshort:x\n:x:7:7::/:\nops:x:1000:100::/:\n\
                     twin:x:1000:100::/:\nodd:x:x:1::/:\n";
        assert_eq!(name_of(0, lines), Some("root"));
        assert_eq!(name_of(1000, lines), Some("ops"));
        for nobody in [7, 100, 1] {
            assert_eq!(name_of(nobody, lines), None, "{nobody}");
        }
    }

    #[test]
    fn a_label_tells_the_user_and_the_machine() {
        let host = fs::read_to_string("/proc/sys/kernel/hostname");
        let Ok(host) = host else { return };
        let said = whose();
        assert!(
            said.ends_with(&format!(" on {}", plain(host.trim()))),
            "{said}"
        );
        assert_eq!(plain("a\u{7}b\n"), "ab");
    }
}

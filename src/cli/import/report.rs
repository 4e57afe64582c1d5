//! What became of everybody in a file, told at the end.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use portcullis_core::credential::CredentialKind;
use serde_json::{Value, json};

use super::shown;
use crate::{
    cli::Failure,
    migration::{Loss, entries::Broken},
};

/// How many different reasons are told of; the others are counted together.
const REASONS: usize = 30;

/// What became of everybody so far.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) read: u64,
    pub(super) present: u64,
    pub(super) imported: u64,
    credentials: BTreeMap<&'static str, u64>,
    left_out: Reasons,
    refused: Reasons,
    failed: u64,
    /// How many may be in, for it broke off over them.
    pub(super) unknown: u64,
    /// How many it broke off before.
    pub(super) unsent: u64,
    lossy: u64,
    lost: Reasons,
    begun_at: Timestamp,
}

/// How often each reason was given.
#[derive(Debug, Default)]
struct Reasons {
    counts: BTreeMap<String, u64>,
    others: u64,
}

impl Reasons {
    fn count(&mut self, reason: &str) {
        let has_room = self.counts.len() < REASONS;
        match self.counts.get_mut(reason) {
            Some(count) => *count += 1,
            None if has_room => {
                self.counts.insert(reason.to_owned(), 1);
            }
            None => self.others += 1,
        }
    }

    fn sum(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }

    fn told(&self) -> Value {
        let mut told = json!(self.counts);
        if self.others > 0 {
            told["others"] = json!(self.others);
        }
        told
    }
}

impl Report {
    pub(super) fn begin(now: Timestamp) -> Self {
        Self {
            read: 0,
            present: 0,
            imported: 0,
            credentials: BTreeMap::new(),
            left_out: Reasons::default(),
            refused: Reasons::default(),
            failed: 0,
            unknown: 0,
            unsent: 0,
            lossy: 0,
            lost: Reasons::default(),
            begun_at: now,
        }
    }

    /// Somebody is here now who signs in with these, without what is lost.
    pub(super) fn take_in(&mut self, kinds: &[CredentialKind], losses: &[Loss]) {
        self.imported += 1;
        for kind in kinds {
            *self.credentials.entry(kind.as_str()).or_default() += 1;
        }
        self.lossy += u64::from(!losses.is_empty());
        for loss in losses {
            self.lost.count(&format!("{}: {}", loss.what, loss.why));
        }
    }

    pub(super) fn leave_out(&mut self, reason: &str) {
        self.left_out.count(reason);
    }

    pub(super) fn refuse(&mut self, reasons: &[String]) {
        self.failed += 1;
        for reason in reasons {
            self.refused.count(reason);
        }
    }

    /// How far it is, in a few words.
    pub(super) fn line(&self) -> String {
        format!(
            "{} imported, {} already there, {} left out, {} refused",
            self.imported,
            self.present,
            self.left_out.sum(),
            self.failed
        )
    }

    /// How many became of what, as the audit log keeps it.
    pub(super) fn counts(&self) -> Value {
        let mut counts = json!({
            "read": self.read, "imported": self.imported, "already_there": self.present,
            "left_out": self.left_out.sum(), "refused": self.failed,
            "credentials": self.credentials,
        });
        self.count_broken_off(&mut counts);
        counts
    }

    pub(super) fn told(&self, is_rehearsal: bool, now: Timestamp) -> Value {
        let seconds = now.duration_since(self.begun_at).as_secs_f64();
        let mut told = json!({
            "dry_run": is_rehearsal, "read": self.read, "imported": self.imported,
            "already_there": self.present, "left_out": self.left_out.sum(), "refused": self.failed,
            "imported_with_losses": self.lossy, "seconds": (seconds * 10.0).round() / 10.0,
        });
        self.count_broken_off(&mut told);
        if !self.credentials.is_empty() {
            told["credentials"] = json!(self.credentials);
        }
        for (name, reasons) in [
            ("left_out_because", &self.left_out),
            ("refused_because", &self.refused),
            ("lost", &self.lost),
        ] {
            if reasons.sum() > 0 {
                told[name] = reasons.told();
            }
        }
        told
    }

    /// Adds whom it broke off over, and before.
    fn count_broken_off(&self, told: &mut Value) {
        for (name, count) in [("unknown", self.unknown), ("not_sent", self.unsent)] {
            if count > 0 {
                told[name] = json!(count);
            }
        }
    }

    pub(super) fn judge(&self, read: Result<(), Broken>, file: &Path) -> Result<(), Failure> {
        if let Err(broken) = read {
            let reason = Failure::refused(&broken).to_string();
            return Err(Failure::Refused(shown(file, &reason)));
        }
        match self.failed {
            0 => Ok(()),
            failed => {
                let reason = format!("{failed} of {} entries were refused", self.read);
                Err(Failure::Refused(reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_counts_by_reason_and_never_without_end() {
        let mut report = Report::begin(Timestamp::UNIX_EPOCH);
        for n in 0..100 {
            report.refuse(&[format!("reason {n}")]);
        }
        report.leave_out("it is no person");
        report.leave_out("it is no person");
        let later = Timestamp::from_millisecond(1234).unwrap();
        let told = report.told(false, later);
        assert_eq!(told["seconds"], 1.2);
        assert_eq!(
            (&told["refused"], &told["left_out"]),
            (&json!(100), &json!(2))
        );
        assert_eq!(told["left_out_because"], json!({"it is no person": 2}));
        assert_eq!(told["refused_because"]["others"], 70);
        assert_eq!(told.get("lost"), None);
    }
}

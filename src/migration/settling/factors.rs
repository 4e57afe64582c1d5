//! Second factors and passkeys of newcomers. What cannot be taken over keeps its person out, and says why;
//! nobody comes with less than they are said to have.

use super::{Settlement, Settling, known::Candidate};
use crate::migration::Losses;

impl<S: Settlement> Settling<'_, S> {
    /// Second factors and passkeys of somebody; why they are not taken in, where one of these cannot
    /// be: without it their sign-in would be weaker than it was. Kinds that are switched off are lost.
    pub(super) fn factors(
        &self,
        mut candidate: Candidate,
    ) -> Result<(Candidate, Vec<S::Factor>), String> {
        let mut factors = Vec::new();
        for kept in std::mem::take(&mut candidate.factors) {
            let name = kept.kind.as_str();
            if !self.settlement.takes(kept.kind) {
                let why = "nobody signs in with it here; it is switched off";
                Losses::of("credentials", &mut candidate.losses).add(name, why);
                continue;
            }
            let made = self.settlement.factors(&candidate.identity, &kept);
            factors.extend(made.map_err(|misfit| {
                let config = format!("credentials.{name}.config");
                match misfit.at.as_str() {
                    "" => format!("{config}: {}", misfit.reason),
                    at => format!("{config}.{at}: {}", misfit.reason),
                }
            })?);
            candidate.kinds.push(kept.kind);
        }
        Ok((candidate, factors))
    }
}

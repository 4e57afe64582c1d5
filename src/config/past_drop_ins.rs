//! Reading past broken drop-in files, for commands that are about identities and not about
//! providers.

use std::path::PathBuf;

use super::{
    Loaded, Place, Report, Severity, Sources,
    load::{load, load_from},
    origin::Origin,
};

/// Reads and checks the configuration; where nothing but drop-in files is broken, without those,
/// and with what is wrong with them.
pub fn load_past_drop_ins(sources: &Sources) -> Result<(Loaded, Option<Report>), Report> {
    let report = match load(sources) {
        Ok(loaded) => return Ok((loaded, None)),
        Err(report) => report,
    };
    let Some(broken) = broken(&report, sources) else {
        return Err(report);
    };
    let rest = Origin::read(sources, &broken).and_then(load_from);
    match rest {
        Ok(loaded) => Ok((loaded, Some(report.problems_alone()))),
        Err(_) => Err(report),
    }
}

/// The drop-in files with problems, when no problem is anywhere else.
fn broken(report: &Report, sources: &Sources) -> Option<Vec<PathBuf>> {
    let files = Origin::drop_in_files(sources);
    let findings = report.findings.iter();
    let problems = findings.filter(|finding| finding.severity == Severity::Problem);
    let broken = problems.map(|problem| match &problem.place {
        Some(Place::Line(file, ..) | Place::File(file)) if files.contains(file) => {
            Some(file.clone())
        }
        _ => None,
    });
    broken.collect()
}

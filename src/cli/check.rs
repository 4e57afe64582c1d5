//! `portcullis check`: says everything that is wrong or weak about a configuration, before it runs.

use std::{io, path::Path, process::ExitCode, time::Duration};

use crate::{
    config::{self, Config, Loaded, Sources},
    gateway::{self, Probe},
};

/// Every check passed; warnings do not matter here.
pub const PASSED: u8 = 0;
/// At least one check failed.
pub const FAILED: u8 = 1;

/// How long one probe may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the command and says everything on standard error.
pub fn run(file: Option<&Path>, connectivity: bool) -> ExitCode {
    let sources = Sources::of_process(file.map(Path::to_owned));
    let mut out = io::stderr();
    let code = match connectivity {
        false => check(&sources, &mut out).map(|(code, _)| code),
        true => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .and_then(|runtime| {
                runtime.block_on(check_connectivity(&sources, gateway::probes, &mut out))
            }),
    };
    ExitCode::from(code.unwrap_or(FAILED))
}

/// Checks the configuration offline and prints what was found.
///
/// Returns the configuration together with the exit code when it is valid.
pub fn check(sources: &Sources, out: &mut dyn io::Write) -> io::Result<(u8, Option<Config>)> {
    match config::load(sources) {
        Ok(Loaded {
            config,
            file,
            drop_ins,
            warnings,
            ..
        }) => {
            if warnings.warnings() > 0 {
                writeln!(out, "{warnings}")?;
            }
            let name = file.map_or("the built-in configuration".to_owned(), |file| {
                file.display().to_string()
            });
            let are = read(&name, drop_ins, &config.providers_dir);
            writeln!(out, "{are} valid{}", counted(0, warnings.warnings()))?;
            Ok((PASSED, Some(config)))
        }
        Err(report) => {
            writeln!(out, "{report}")?;
            writeln!(
                out,
                "not valid{}",
                counted(report.problems(), report.warnings())
            )?;
            Ok((FAILED, None))
        }
    }
}

/// Checks the configuration offline, then reaches out to what `probes` names for it.
pub async fn check_connectivity(
    sources: &Sources,
    probes: impl FnOnce(&Config) -> Vec<Probe>,
    out: &mut dyn io::Write,
) -> io::Result<u8> {
    let (mut code, config) = check(sources, out)?;
    let Some(config) = config else {
        return Ok(code);
    };
    for Probe { name, attempt } in probes(&config) {
        let answer = tokio::time::timeout(PATIENCE, attempt).await;
        match answer.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs()))) {
            Ok(warnings) => {
                writeln!(out, "{name}: reachable")?;
                for warning in warnings {
                    writeln!(out, "{name}: warning: {warning}")?;
                }
            }
            Err(reason) => {
                code = FAILED;
                writeln!(out, "{name}: not reachable: {reason}")?;
            }
        }
    }
    Ok(code)
}

/// What was read, with its verb.
fn read(name: &str, drop_ins: usize, folder: &Path) -> String {
    let folder = folder.display();
    match drop_ins {
        0 => format!("{name} is"),
        1 => format!("{name} and 1 file in {folder} are"),
        many => format!("{name} and {many} files in {folder} are"),
    }
}

fn counted(problems: usize, warnings: usize) -> String {
    let count = |number: usize, noun: &str| match number {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{number} {noun}s")),
    };
    let parts: Vec<_> = [count(problems, "problem"), count(warnings, "warning")]
        .into_iter()
        .flatten()
        .collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!(": {}", parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(variables: &[(&str, &str)]) -> Sources {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sources {
            variables: variables.iter().map(owned).collect(),
            ..Sources::default()
        }
    }

    fn told(sources: &Sources) -> (u8, String) {
        let mut out = Vec::new();
        let (code, _) = check(sources, &mut out).expect("a buffer takes all");
        (code, String::from_utf8(out).expect("text"))
    }

    #[test]
    fn a_valid_configuration_is_said_to_be_valid() {
        let (code, told) = told(&sources(&[]));
        assert_eq!(
            (code, told.as_str()),
            (PASSED, "the built-in configuration is valid\n")
        );
    }

    #[test]
    fn warnings_are_told_and_pass() {
        let (code, told) = told(&sources(&[("PORTCULLIS__LISTEN__ADMIN", "0.0.0.0:4434")]));
        assert_eq!(code, PASSED);
        assert!(
            told.starts_with("environment variable PORTCULLIS__LISTEN__ADMIN: warning: "),
            "{told}"
        );
        assert!(
            told.ends_with("the built-in configuration is valid: 1 warning\n"),
            "{told}"
        );
    }

    #[test]
    fn problems_are_told_and_fail() {
        let (code, told) = told(&sources(&[
            ("PORTCULLIS__SESION", "1"),
            ("PORTCULLIS__LOG", "1"),
        ]));
        assert_eq!(code, FAILED);
        assert!(told.ends_with("not valid: 2 problems\n"), "{told}");
    }

    #[tokio::test]
    async fn what_cannot_be_reached_is_told_and_fails() {
        let probe = |name: &str, answer: Result<Vec<String>, String>| Probe {
            name: name.to_owned(),
            attempt: Box::pin(async { answer }),
        };
        let probes = |_: &Config| {
            vec![
                probe("store", Ok(vec!["two have one".to_owned()])),
                probe("redis", Err("connection refused".to_owned())),
            ]
        };
        let mut out = Vec::new();
        let code = check_connectivity(&sources(&[]), probes, &mut out)
            .await
            .expect("written");
        let told = String::from_utf8(out).expect("text");
        assert_eq!(code, FAILED);
        assert!(
            told.ends_with(
                "store: reachable\nstore: warning: two have one\n\
                 redis: not reachable: connection refused\n"
            ),
            "{told}"
        );
    }
}

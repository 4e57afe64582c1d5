//! How long something is good for that a command hands out.

use std::time::Duration;

use clap::Args;

/// How long what is handed out is good for.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Lifespan {
    /// How long the code and the link are good for, such as `12h`; otherwise as configured.
    #[arg(long, value_name = "DURATION", value_parser = parse)]
    lifespan: Option<Duration>,
}

/// Nobody keeps a letter for longer than this.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 60 * 60);

impl Lifespan {
    /// What is asked for.
    pub(super) fn given(self) -> Option<Duration> {
        self.lifespan
    }

    /// What is asked for, or this.
    pub(super) fn or(self, otherwise: Duration) -> Duration {
        self.lifespan.unwrap_or(otherwise)
    }
}

fn parse(text: &str) -> Result<Duration, String> {
    let lifespan = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    match lifespan.is_zero() || lifespan > LONGEST {
        true => Err("write a duration of up to 31 days, such as 12h".to_owned()),
        false => Ok(lifespan),
    }
}

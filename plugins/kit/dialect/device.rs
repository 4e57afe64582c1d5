//! Devices: the browser and operating system behind a `User-Agent`, as far as it says them.

use woothee::parser::{Parser, WootheeResult};

/// What the library calls what it does not know.
const UNKNOWN: &str = "UNKNOWN";

/// What a `User-Agent` tells of a device.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DeviceName {
    /// The browser, without its version: that changes while the session lasts.
    pub browser: Option<String>,
    /// The operating system.
    pub os: Option<String>,
}

impl DeviceName {
    /// What this header tells.
    pub fn of(user_agent: Option<&str>) -> Self {
        let found = user_agent.and_then(|text| Parser::new().parse(text));
        found.map(|found| Self::read(&found)).unwrap_or_default()
    }

    fn read(found: &WootheeResult<'_>) -> Self {
        let known = |text: &str| Some(text.to_owned()).filter(|text| text != UNKNOWN);
        let os = match found.os {
            "Mac OSX" => "macOS",
            // Every Windows of the last ten years calls itself the same.
            os if os.starts_with("Windows") && !os.contains("Phone") => "Windows",
            os => os,
        };
        Self {
            browser: known(found.name),
            os: known(os),
        }
    }

    /// The device in one line.
    pub fn line(&self) -> String {
        match (&self.browser, &self.os) {
            (Some(browser), Some(os)) => format!("{browser}, {os}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => "Unknown device".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(user_agent: &str) -> String {
        DeviceName::of(Some(user_agent)).line()
    }

    #[test]
    fn browsers_of_today_are_told_apart() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like \
                       Gecko) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(line(windows), "Chrome, Windows");
        assert_eq!(line(&format!("{windows} Edg/142.0.0.0")), "Edge, Windows");
        assert_eq!(line(&format!("{windows} OPR/120.0.0.0")), "Opera, Windows");
        let linux = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
        assert_eq!(line(linux), "Firefox, Linux");
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, \
                   like Gecko) Version/26.0 Safari/605.1.15";
        assert_eq!(line(mac), "Safari, macOS");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1";
        assert_eq!(line(phone), "Safari, iPhone");
        let android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Chrome/142.0.0.0 Mobile Safari/537.36";
        assert_eq!(line(android), "Chrome, Android");
    }

    #[test]
    fn what_says_nothing_is_an_unknown_device() {
        assert_eq!(line("<script>alert(1)</script>"), "Unknown device");
        assert_eq!(DeviceName::of(None).line(), "Unknown device");
    }
}

//! What an application that asked for an action is told when the browser comes back.

use url::Url;

use crate::desk::Desk;

/// The query parameter it is told in.
const PARAMETER: &str = "kc_action_status";

/// What came of the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It is done.
    Success,
    /// The person did not want to.
    Cancelled,
    /// It cannot be done here.
    Error,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
        }
    }

    /// Where the browser goes, told what came of it. What was told of an earlier one goes.
    pub(crate) fn tell(self, desk: &Desk, return_to: Option<&str>) -> String {
        let home = desk.home();
        let page = return_to.unwrap_or(&home);
        let Ok(mut url) = Url::parse(page) else {
            return page.to_owned();
        };
        let pairs = url.query_pairs().into_owned();
        let others: Vec<_> = pairs.filter(|(name, _)| name != PARAMETER).collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair(PARAMETER, self.as_str());
        url.into()
    }
}

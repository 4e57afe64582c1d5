//! What guards chosen flows against machines.

use std::sync::Arc;

use portcullis_core::{captcha::Captcha, flow::FlowKind};

/// The captcha, and the flows whose forms have it.
#[derive(Debug, Clone)]
pub struct CaptchaGuard {
    /// Who judges answers.
    pub captcha: Arc<dyn Captcha>,
    /// The flows: sign-in, registration, recovery or verification.
    pub flows: Vec<FlowKind>,
}

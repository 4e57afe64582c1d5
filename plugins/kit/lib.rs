//! What page plugins share: the way into a router, negotiation, bodies, errors and the page shell.
//!
//! A plugin builds an axum router whose functions take a [`Visit`] and return an [`Outcome`], and
//! hands it to [`RouterPages`]. Everything an answer must carry is added there, once.

mod banner;
mod body;
mod captcha;
pub mod dialect;
pub mod doc;
mod escape;
mod failure;
mod form;
mod html;
mod key_script;
mod locales;
mod look;
mod modules;
mod negotiation;
mod overview;
pub mod pages;
mod permissions;
mod policy;
mod router_pages;
mod shell;
mod stylesheet;
mod visit;

pub use banner::Banner;
pub use body::{InvalidBody, parse as parse_body};
pub use failure::{Failure, Outcome, WayOut, envelope};
pub use form::FormView;
pub use key_script::KeyScript;
pub use locales::{Locale, Locales, LocalesError, UI_LOCALES};
pub use look::Look;
pub use modules::{Module, Modules};
pub use negotiation::{Wants, names_html};
pub use overview::{Line, OverviewPage, OverviewRow, OverviewSection, PostButton};
pub use policy::{Framing, SecurityHeaders, forbid_framing};
pub use router_pages::{JsonOnly, RouterPages, json_only};
pub use shell::{ErrorPage, Facts, FormPage, NoticePage, Shell, ShellError};
pub use visit::Visit;

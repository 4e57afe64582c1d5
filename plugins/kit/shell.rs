//! The page shell: templates, stylesheet and security headers that all own pages share.
//!
//! It names no web framework in its interface but for the router of its assets, so that the
//! gateway's own answers look like the plugins' pages.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use minijinja::{AutoEscape, Environment, Value, context, syntax::SyntaxConfig, value::Serde};
use portcullis_core::{catalogue::Code, ui::Ui};
use serde::Serialize;

use crate::{
    captcha::Widget,
    escape,
    failure::WayOut,
    form::{self, FormView},
    key_script,
    locales::{Locale, Locales, LocalesError},
    look::{Addresses, Look},
    modules::{Modules, Script},
    overview::{Line, OverviewPage},
    permissions::{self, PERMISSIONS_POLICY},
    policy::{self, Framing, SecurityHeaders, Sources},
    stylesheet,
};

/// The templates, each under its file name.
const TEMPLATES: [(&str, &str); 12] = [
    ("shell.html", include_str!("templates/shell.html")),
    ("mark.html", include_str!("templates/mark.html")),
    ("form.html", include_str!("templates/form.html")),
    ("part.html", include_str!("templates/part.html")),
    ("blocks.html", include_str!("templates/blocks.html")),
    ("sections.html", include_str!("templates/sections.html")),
    ("overview.html", include_str!("templates/overview.html")),
    ("line.html", include_str!("templates/line.html")),
    ("field.html", include_str!("templates/field.html")),
    ("attributes.html", include_str!("templates/attributes.html")),
    ("notice.html", include_str!("templates/notice.html")),
    ("error.html", include_str!("templates/error.html")),
];

/// What is shown when a template itself fails.
const LAST_RESORT: &str = "<!doctype html><html lang=\"en\"><title>Error</title>\
    <h1>Something went wrong on our side.</h1></html>";

/// What comes with the gateway for its pages cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ShellError {
    /// A template.
    #[error("a page template cannot be read")]
    Template(#[source] minijinja::Error),
    /// The texts of a language.
    #[error("the texts of pages cannot be read")]
    Texts(#[source] LocalesError),
}

/// Renders pages.
#[derive(Debug)]
pub struct Shell {
    templates: Environment<'static>,
    locales: Arc<Locales>,
    modules: Modules,
    product: String,
    prefix: String,
    stylesheet: String,
    copy_script: String,
    secure: bool,
    security: SecurityHeaders,
    headers: Vec<(HeaderName, HeaderValue)>,
    look: Option<(Look, Addresses)>,
}

/// An error page.
#[derive(Debug, Clone, Copy)]
pub struct ErrorPage<'a> {
    /// What went wrong.
    pub code: Code,
    /// The request it went wrong in.
    pub request_id: &'a str,
    /// More than the code's meaning, where there is more to say.
    pub reason: Option<&'a str>,
    /// What to check.
    pub hints: &'a [String],
    /// Where to go from here.
    pub ways_out: &'a [WayOut],
}

/// A page with one form.
#[derive(Debug, Clone, Copy)]
pub struct FormPage<'a> {
    /// The heading.
    pub title: &'a str,
    /// One line below it, in the reader's language already.
    pub lead: Option<&'a str>,
    /// The form.
    pub ui: &'a Ui,
    /// Questions and the links that answer them, below the form.
    pub footer: &'a [(&'a str, WayOut)],
}

/// A page that tells something and offers to go on.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct NoticePage<'a> {
    /// The heading.
    pub title: &'a str,
    /// One line below it, in the reader's language already.
    pub lead: &'a str,
    /// Facts by label.
    pub facts: Facts<'a>,
    /// Where to go from here; the first stands out.
    pub ways_out: &'a [WayOut],
}

/// Labelled facts.
pub type Facts<'a> = &'a [(&'static str, Line)];

impl Shell {
    /// A shell for `product`, with own pages below `prefix`, reached over TLS or not.
    pub fn new(product: &str, prefix: &str, secure: bool) -> Result<Self, ShellError> {
        let mut templates = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(ShellError::Template)?;
        templates.set_syntax(syntax);
        // Everything is escaped when it is written, and no filter can mark a text as safe.
        templates.set_auto_escape_callback(|_| AutoEscape::None);
        templates.remove_filter("safe");
        templates.set_formatter(escape::write);
        for (name, source) in TEMPLATES {
            templates
                .add_template(name, source)
                .map_err(ShellError::Template)?;
        }
        let locales = Locales::load(None).map_err(ShellError::Texts)?;
        let prefix = prefix.trim_end_matches('/').to_owned();
        Ok(Self {
            templates,
            locales: Arc::new(locales),
            modules: Modules::default(),
            product: product.to_owned(),
            stylesheet: format!("{prefix}{}", stylesheet::path()),
            copy_script: stylesheet::copy(&prefix).0,
            prefix,
            secure,
            headers: security_headers(secure, &SecurityHeaders::default()),
            security: SecurityHeaders::default(),
            look: None,
        })
    }

    /// The shell with pages of a plugin's own.
    pub fn with_look(mut self, look: Look) -> Result<Self, ShellError> {
        look.add_to(&mut self.templates)
            .map_err(ShellError::Template)?;
        self.look = Some((look, look.addresses(&self.prefix)));
        Ok(self)
    }

    /// The shell with these languages, in which texts may be the operator's.
    #[must_use]
    pub fn with_locales(mut self, locales: Arc<Locales>) -> Self {
        self.locales = locales;
        self
    }

    /// The shell with these headers.
    #[must_use]
    pub fn with_security_headers(mut self, security: SecurityHeaders) -> Self {
        self.headers = security_headers(self.secure, &security);
        self.security = security;
        self
    }

    /// The shell with these modules for annotated fields.
    #[must_use]
    pub fn with_modules(mut self, modules: Modules) -> Self {
        self.modules = modules;
        self
    }

    /// The language of a reader: `ui_locales` first, where something asked for it, then what the
    /// browser asks for.
    pub fn locale(&self, ui_locales: Option<&str>, headers: &HeaderMap) -> Locale {
        self.locales.negotiate(ui_locales, headers)
    }

    /// What every own answer carries, unless it says otherwise itself.
    pub fn security_headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The content security policy of an answer that says so itself: who may frame it, and the form
    /// on it, which may show pictures and need scripts that are not ours.
    pub fn policy(&self, framing: &Framing, ui: Option<&Ui>) -> [(HeaderName, HeaderValue); 1] {
        let sources = ui.map(|ui| Sources {
            pictures: form::pictures(ui),
            scripts: self.modules.sources(ui, &self.prefix),
            connections: Vec::new(),
            captcha: Widget::of(ui).map(|one| one.origins()).unwrap_or_default(),
        });
        let own = (self.secure, &self.security);
        let policy = policy::policy(own, framing, &sources.unwrap_or_default());
        [(header::CONTENT_SECURITY_POLICY, policy)]
    }

    /// The content security policy of pages of a plugin's own, whose script may ask our own origin.
    pub fn policy_of_look(&self) -> [(HeaderName, HeaderValue); 1] {
        let sources = Sources {
            scripts: vec!["'self'".to_owned()],
            connections: vec!["'self'".to_owned()],
            ..Sources::default()
        };
        let own = (self.secure, &self.security);
        let policy = policy::policy(own, &Framing::Nobody, &sources);
        [(header::CONTENT_SECURITY_POLICY, policy)]
    }

    /// The router that serves the stylesheets and scripts, below the prefix.
    pub fn assets<S: Clone + Send + Sync + 'static>(&self) -> axum::Router<S> {
        let own = stylesheet::router().merge(key_script::router());
        match &self.look {
            Some((look, _)) => own.merge(look.router()),
            None => own,
        }
    }

    /// A page by a plugin's own template.
    pub fn own_page(&self, locale: &Locale, template: &str, page: impl Serialize) -> String {
        self.render(locale, template, page)
    }

    /// An error page.
    pub fn error_page(&self, locale: &Locale, page: &ErrorPage<'_>) -> String {
        self.render(
            locale,
            "error.html",
            ErrorView {
                title: heading(page.code),
                meaning: locale.meaning(page.code),
                reason: page.reason,
                hints: page.hints,
                ways_out: page.ways_out,
                code: page.code.as_str(),
                status: page.code.status().as_u16(),
                request_id: page.request_id,
            },
        )
    }

    /// A page with a form, which is in the language already.
    pub fn form_page(&self, locale: &Locale, page: &FormPage<'_>) -> String {
        self.render(
            locale,
            "form.html",
            FormPageView {
                title: page.title,
                lead: page.lead,
                form: FormView::of(page.ui),
                scripts: self.modules.all(page.ui, &self.prefix),
                footer: page.footer,
            },
        )
    }

    /// A page that tells something.
    pub fn notice_page(&self, locale: &Locale, page: &NoticePage<'_>) -> String {
        self.render(locale, "notice.html", page)
    }

    /// A page of sections.
    pub fn overview_page(&self, locale: &Locale, page: &OverviewPage) -> String {
        self.render(locale, "overview.html", page)
    }

    fn render(&self, locale: &Locale, template: &str, page: impl Serialize) -> String {
        let (texts, words, links) = (locale.clone(), locale.clone(), locale.clone());
        let findings = locale.clone();
        let prefix = self.prefix.clone();
        let rendered = self.templates.get_template(template).and_then(|template| {
            template.render(context! {
                product => self.product.as_str(),
                stylesheet => self.stylesheet.as_str(),
                copy_script => self.copy_script.as_str(),
                look => Serde(self.look.as_ref().map(|(_, addresses)| addresses)),
                banner => Serde(locale.banner()),
                lang => locale.tag(),
                dir => locale.direction(),
                // English as the code has it, in the reader's language.
                t => Value::from_function(move |text: String| texts.text(&text)),
                // What was found, by the key that begins with this and by its values.
                finding => Value::from_function(move |kind: String, one: Value| {
                    found(&findings, &kind, &one)
                }),
                // What only templates say, by its key.
                word => Value::from_function(move |key: String| words.word(&key)),
                // Whoever asked for a language keeps it from page to page.
                link => Value::from_function(move |href: String| links.link(&prefix, &href)),
                ..Serde(page)
            })
        });
        rendered.unwrap_or_else(|error| {
            tracing::error!(template, %error, "a page cannot be rendered");
            LAST_RESORT.to_owned()
        })
    }
}

/// What was found, which has a `code`, its `values` and its English `text`.
fn found(locale: &Locale, kind: &str, one: &Value) -> String {
    let text = |of: &Value, name: &str| {
        let value = of.get_attr(name).unwrap_or_default();
        value.to_string()
    };
    let values = one.get_attr("values").unwrap_or_default();
    let names = values.try_iter().into_iter().flatten();
    let values: Vec<(String, String)> = names
        .map(|name| name.to_string())
        .map(|name| (name.clone(), text(&values, &name)))
        .collect();
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let key = format!("{kind}-{}", text(one, "code"));
    locale.finding(&key, &values, &text(one, "text"))
}

#[derive(Serialize)]
struct ErrorView<'a> {
    title: &'static str,
    meaning: String,
    reason: Option<&'a str>,
    hints: &'a [String],
    ways_out: &'a [WayOut],
    code: &'static str,
    status: u16,
    request_id: &'a str,
}

#[derive(Serialize)]
struct FormPageView<'a> {
    title: &'a str,
    lead: Option<&'a str>,
    form: FormView<'a>,
    scripts: Vec<Script>,
    footer: &'a [(&'a str, WayOut)],
}

/// The heading of an error page.
fn heading(code: Code) -> &'static str {
    match (code, code.status().as_u16()) {
        (Code::SignInLoop, _) => "Signing in goes round in circles",
        (Code::IdentityDisabled, _) => "Switched off",
        (Code::FlowDisabled, _) => "Not available",
        (Code::ActionsPending, _) => "One thing first",
        (_, 401) => "Please sign in",
        (_, 403) => "No access",
        (_, 404) => "Nothing here",
        (_, 405) => "Not like this",
        (_, 409) => "Already taken",
        (_, 410) => "Expired",
        (_, 413 | 414 | 431) => "Too large",
        (_, 429) => "One moment, please",
        (_, 500) => "Our mistake",
        (_, 502..=504) => "Out of reach",
        _ => "That did not work",
    }
}

fn security_headers(secure: bool, security: &SecurityHeaders) -> Vec<(HeaderName, HeaderValue)> {
    let of = HeaderValue::from_static;
    vec![
        (
            header::CONTENT_SECURITY_POLICY,
            policy::policy((secure, security), &Framing::Nobody, &Sources::default()),
        ),
        (
            PERMISSIONS_POLICY,
            permissions::policy(&security.permissions),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, of("nosniff")),
        (header::REFERRER_POLICY, of("same-origin")),
        (header::CACHE_CONTROL, of("no-store")),
        (HeaderName::from_static("x-portcullis"), of("1")),
    ]
}

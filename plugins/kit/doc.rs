//! What is said of an endpoint beside its row in a plugin's table: what may be sent to it, and what it
//! answers. OpenAPI 3.1 is made of it; nothing here decides anything.

mod document;
pub mod pages;
pub mod schema;
pub mod shape;

use std::{borrow::Cow, fmt};

use http::StatusCode;
use utoipa::{
    ToSchema,
    openapi::{
        Content, Header, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
        path::{Parameter, ParameterBuilder, ParameterIn},
        request_body::{RequestBody, RequestBodyBuilder},
        security::SecurityRequirement,
    },
};

pub use self::document::{Document, Operation};

const JSON: &str = "application/json";

const HTML: &str = "text/html";

/// The name of a scheme that stands for showing nothing at all.
pub const NOTHING: &str = "";

/// Makes the shape of refusals, which it adds to the shapes of an endpoint.
pub type Envelope = fn(&mut Doc) -> RefOr<Schema>;

/// What is said of an endpoint.
#[derive(Clone)]
pub struct Doc {
    id: &'static str,
    tag: &'static str,
    securities: Vec<SecurityRequirement>,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    answers: Vec<(StatusCode, Response)>,
    refusals: Vec<u16>,
    envelope: Option<(&'static [u16], Envelope)>,
    complaint: Option<(u16, RefOr<Schema>)>,
    is_for_people: bool,
    shapes: Vec<(String, RefOr<Schema>)>,
}

impl fmt::Debug for Doc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doc")
            .field("id", &self.id)
            .field("tag", &self.tag)
            .finish_non_exhaustive()
    }
}

impl Doc {
    /// Nothing yet but its name, which clients call their function, and the part of the API.
    pub fn new(id: &'static str, tag: &'static str) -> Self {
        Self {
            id,
            tag,
            securities: Vec::new(),
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            refusals: Vec::new(),
            envelope: None,
            complaint: None,
            is_for_people: false,
            shapes: Vec::new(),
        }
    }

    /// One of these schemes has to be shown; [`NOTHING`] among them leaves it open.
    #[must_use]
    pub fn asking(mut self, schemes: &[&'static str]) -> Self {
        let none: [&str; 0] = [];
        let required = schemes.iter().map(|scheme| match *scheme {
            NOTHING => SecurityRequirement::default(),
            scheme => SecurityRequirement::new(scheme, none),
        });
        self.securities = required.collect();
        self
    }

    /// Whether something has to be shown to it.
    pub fn asks(&self) -> bool {
        !self.securities.is_empty()
    }

    /// Whoever wants pages is refused by a page.
    #[must_use]
    pub fn for_people(mut self) -> Self {
        self.is_for_people = true;
        self
    }

    /// Refusals with these statuses have a shape of their own.
    #[must_use]
    pub fn refusing_as<T: ToSchema>(mut self, statuses: &'static [u16]) -> Self {
        self.envelope = Some((statuses, Self::shape::<T>));
        self
    }

    /// A part of the path.
    #[must_use]
    pub fn path(self, name: &str, schema: impl Into<RefOr<Schema>>, text: &str) -> Self {
        self.parameter((ParameterIn::Path, name), schema, text)
    }

    /// A parameter of the query, which may be left out.
    #[must_use]
    pub fn query(self, name: &str, schema: impl Into<RefOr<Schema>>, text: &str) -> Self {
        self.parameter((ParameterIn::Query, name), schema, text)
    }

    /// A parameter of the query that has to be there.
    #[must_use]
    pub fn needs(self, name: &str, schema: impl Into<RefOr<Schema>>, text: &str) -> Self {
        let mut doc = self.query(name, schema, text);
        if let Some(last) = doc.parameters.last_mut() {
            last.required = Required::True;
        }
        doc
    }

    /// The names of the parameters of the query.
    pub fn query_names(&self) -> impl Iterator<Item = &str> {
        let own = self.parameters.iter();
        let own = own.filter(|one| matches!(one.parameter_in, ParameterIn::Query));
        own.map(|one| one.name.as_str())
    }

    /// A header, which may be left out.
    #[must_use]
    pub fn sent(self, name: &str, schema: impl Into<RefOr<Schema>>, text: &str) -> Self {
        self.parameter((ParameterIn::Header, name), schema, text)
    }

    fn parameter(
        mut self,
        (place, name): (ParameterIn, &str),
        schema: impl Into<RefOr<Schema>>,
        text: &str,
    ) -> Self {
        let required = match place {
            ParameterIn::Path => Required::True,
            _ => Required::False,
        };
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(required)
            .description(Some(text))
            .schema(Some(schema));
        self.parameters.push(parameter.build());
        self
    }

    /// JSON of this shape has to be sent.
    #[must_use]
    pub fn takes<T: ToSchema>(self) -> Self {
        self.takes_as::<T>(JSON, Required::True)
    }

    /// JSON of this shape may be sent.
    #[must_use]
    pub fn may_take<T: ToSchema>(self) -> Self {
        self.takes_as::<T>(JSON, Required::False)
    }

    /// A body of this shape in this media type; several types are alternatives.
    #[must_use]
    pub fn takes_as<T: ToSchema>(mut self, media: &str, required: Required) -> Self {
        let content = Content::new(Some(self.shape::<T>()));
        let body = self
            .body
            .take()
            .map_or_else(RequestBodyBuilder::new, Into::into);
        let body = body.content(media, content).required(Some(required));
        self.body = Some(body.build());
        self
    }

    /// It answers with one of these.
    #[must_use]
    pub fn answers<T: ToSchema>(self, status: StatusCode, text: &str) -> Self {
        let schema = |own: &mut Self| own.shape::<T>();
        self.answered((status, text), schema, JSON)
    }

    /// It answers with a list of these.
    #[must_use]
    pub fn lists<T: ToSchema>(self, text: &str) -> Self {
        let schema = |own: &mut Self| schema::list(own.shape::<T>()).into();
        self.answered((StatusCode::OK, text), schema, JSON)
    }

    /// It answers with text of this media type as well.
    #[must_use]
    pub fn or_text(mut self, media: &str) -> Self {
        if let Some((_, response)) = self.answers.last_mut() {
            let content = Content::new(Some(schema::text()));
            response.content.insert(media.to_owned(), content);
        }
        self
    }

    /// It answers with text of this media type.
    #[must_use]
    pub fn text(self, media: &str, what: &str) -> Self {
        self.empty(StatusCode::OK, what).or_text(media)
    }

    /// It answers with a page as well.
    #[must_use]
    pub fn or_page(self) -> Self {
        self.or_text(HTML)
    }

    /// What it answers with may be this instead.
    #[must_use]
    pub fn or<T: ToSchema>(mut self) -> Self {
        let other = self.shape::<T>();
        if let Some((_, response)) = self.answers.last_mut()
            && let Some(content) = response.content.get_mut(JSON)
        {
            content.schema = content.schema.take().map(|one| schema::either(one, other));
        }
        self
    }

    /// It answers with a page.
    #[must_use]
    pub fn page(self, what: &str) -> Self {
        self.text(HTML, what)
    }

    /// It sends browsers elsewhere.
    #[must_use]
    pub fn redirects(self, what: &str) -> Self {
        self.empty(StatusCode::SEE_OTHER, what)
            .header("Location", "Where to.")
    }

    /// It answers without a body.
    #[must_use]
    pub fn empty(mut self, status: StatusCode, text: &str) -> Self {
        self.answers.push((status, Response::new(text)));
        self
    }

    /// The answer has this header.
    #[must_use]
    pub fn header(mut self, name: &str, text: &str) -> Self {
        if let Some((_, response)) = self.answers.last_mut() {
            let mut header = Header::new(schema::text());
            header.description = Some(text.to_owned());
            response.headers.insert(name.to_owned(), header);
        }
        self
    }

    /// It refuses with these, too.
    #[must_use]
    pub fn refuses(mut self, statuses: &[u16]) -> Self {
        self.refusals.extend(statuses);
        self
    }

    /// It refuses with this status by a complaint of this shape, too.
    #[must_use]
    pub fn complains<T: ToSchema>(mut self, status: u16) -> Self {
        let shape = self.shape::<T>();
        self.complaint = Some((status, shape));
        self.refuses(&[status])
    }

    /// How it answers, refusals among it, which have this shape where nothing else is said.
    fn responses(&mut self, envelope: Envelope) -> Vec<(String, Response)> {
        let refusals = std::mem::take(&mut self.refusals);
        let usual = envelope(self);
        let (own, shape) = match self.envelope {
            Some((statuses, envelope)) => (statuses, envelope(self)),
            None => (&[][..], usual.clone()),
        };
        let answers = self.answers.iter().cloned();
        let answers = answers.map(|(status, answer)| (status.as_str().to_owned(), answer));
        let refused = refusals.into_iter().map(|status| {
            let schema = match &self.complaint {
                _ if own.contains(&status) => shape.clone(),
                Some((own, one)) if *own == status => schema::either(one.clone(), usual.clone()),
                _ => usual.clone(),
            };
            (status.to_string(), self.refusal(status, schema))
        });
        answers.chain(refused).collect()
    }

    fn refusal(&self, status: u16, schema: RefOr<Schema>) -> Response {
        let meaning = StatusCode::from_u16(status).ok();
        let meaning = meaning.and_then(|status| status.canonical_reason());
        let mut response = ResponseBuilder::new()
            .description(format!("Refused: {}.", meaning.unwrap_or_default()))
            .content(JSON, Content::new(Some(schema)));
        if self.is_for_people {
            response = response.content(HTML, Content::new(Some(schema::text())));
        }
        response.build()
    }

    fn answered(
        mut self,
        (status, text): (StatusCode, &str),
        schema: impl FnOnce(&mut Self) -> RefOr<Schema>,
        media: &str,
    ) -> Self {
        let content = Content::new(Some(schema(&mut self)));
        let response = ResponseBuilder::new().description(text);
        let response = response.content(media, content).build();
        self.answers.push((status, response));
        self
    }

    /// A reference to a shape, which is kept.
    pub fn shape<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name: Cow<'static, str> = T::name();
        self.shapes.push((name.clone().into_owned(), T::schema()));
        T::schemas(&mut self.shapes);
        Ref::from_schema_name(name).into()
    }
}

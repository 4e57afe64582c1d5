//! What is said of an endpoint beside its row in the table: what may be sent to it, and what it answers.
//! OpenAPI is made of it; nothing here decides anything.

pub(crate) mod access;
pub(crate) mod beside;
pub(crate) mod people;
pub(crate) mod providers;
pub(crate) mod schema;
pub(crate) mod sessions;
pub(crate) mod shape;
pub(crate) mod upkeep;

use std::borrow::Cow;

use http::StatusCode;
use utoipa::{
    ToSchema,
    openapi::{
        Content, Header, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
        path::{Parameter, ParameterBuilder, ParameterIn},
        request_body::{RequestBody, RequestBodyBuilder},
    },
};

use self::shape::{Refusal, Refused};

const JSON: &str = "application/json";

/// Whom an endpoint asks for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Whatever its need says.
    Need,
    /// A token, although it finds out by itself who calls.
    Token,
    /// The client's id and secret.
    Client,
}

/// What is said of an endpoint.
pub(crate) struct Doc {
    /// Its name, which clients call their function.
    pub(crate) id: &'static str,
    /// The part of the API.
    pub(crate) tag: &'static str,
    /// Whom it asks for what.
    pub(crate) asks: Asks,
    /// What is sent in path, query and headers.
    pub(crate) parameters: Vec<Parameter>,
    /// What is sent beside that.
    pub(crate) body: Option<RequestBody>,
    /// What comes back where all is well.
    pub(crate) answers: Vec<(StatusCode, Response)>,
    /// How it refuses, beside the ways that all have.
    pub(crate) refusals: Vec<u16>,
    /// The shapes that all of this names.
    pub(crate) shapes: Vec<(String, RefOr<Schema>)>,
}

impl Doc {
    /// Nothing yet.
    pub(crate) fn new(id: &'static str, tag: &'static str) -> Self {
        Self {
            id,
            tag,
            asks: Asks::Need,
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            refusals: Vec::new(),
            shapes: Vec::new(),
        }
    }

    /// Says whom it asks for what.
    #[must_use]
    pub(crate) fn asking(mut self, asks: Asks) -> Self {
        self.asks = asks;
        self
    }

    /// A part of the path.
    #[must_use]
    pub(crate) fn path(self, name: &str, schema: impl Into<RefOr<Schema>>, text: &str) -> Self {
        self.parameter((ParameterIn::Path, name), schema, text)
    }

    /// A parameter of the query, which may be left out.
    #[must_use]
    pub(crate) fn query(self, name: &str, schema: impl Into<RefOr<Schema>>, text: &str) -> Self {
        self.parameter((ParameterIn::Query, name), schema, text)
    }

    /// A header, which may be left out.
    #[must_use]
    pub(crate) fn sent(self, name: &str, schema: impl Into<RefOr<Schema>>, text: &str) -> Self {
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
    pub(crate) fn takes<T: ToSchema>(self) -> Self {
        self.takes_as::<T>(JSON, Required::True)
    }

    /// JSON of this shape may be sent.
    #[must_use]
    pub(crate) fn may_take<T: ToSchema>(self) -> Self {
        self.takes_as::<T>(JSON, Required::False)
    }

    /// A body of this shape in this media type; several types are alternatives.
    #[must_use]
    pub(crate) fn takes_as<T: ToSchema>(mut self, media: &str, required: Required) -> Self {
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
    pub(crate) fn answers<T: ToSchema>(self, status: StatusCode, text: &str) -> Self {
        let schema = |own: &mut Self| own.shape::<T>();
        self.answered((status, text), schema, JSON)
    }

    /// It answers with a list of these.
    #[must_use]
    pub(crate) fn lists<T: ToSchema>(self, text: &str) -> Self {
        let schema = |own: &mut Self| schema::list(own.shape::<T>()).into();
        self.answered((StatusCode::OK, text), schema, JSON)
    }

    /// It answers with text of this media type as well.
    #[must_use]
    pub(crate) fn or_text(mut self, media: &str) -> Self {
        if let Some((_, response)) = self.answers.last_mut() {
            let content = Content::new(Some(schema::text()));
            response.content.insert(media.to_owned(), content);
        }
        self
    }

    /// It answers without a body.
    #[must_use]
    pub(crate) fn empty(mut self, status: StatusCode, text: &str) -> Self {
        self.answers.push((status, Response::new(text)));
        self
    }

    /// The answer has this header.
    #[must_use]
    pub(crate) fn header(mut self, name: &str, text: &str) -> Self {
        if let Some((_, response)) = self.answers.last_mut() {
            let mut header = Header::new(schema::text());
            header.description = Some(text.to_owned());
            response.headers.insert(name.to_owned(), header);
        }
        self
    }

    /// It refuses with these, too.
    #[must_use]
    pub(crate) fn refuses(mut self, statuses: &[u16]) -> Self {
        self.refusals.extend(statuses);
        self
    }

    /// How it answers, refusals among it.
    pub(crate) fn responses(&mut self) -> Vec<(String, Response)> {
        let refusals = std::mem::take(&mut self.refusals);
        let envelope = self.shape::<Refusal>();
        let of_tokens = match self.asks {
            Asks::Client => self.shape::<Refused>(),
            _ => envelope.clone(),
        };
        let answers = self.answers.iter().cloned();
        let answers = answers.map(|(status, answer)| (status.as_str().to_owned(), answer));
        let refused = refusals.into_iter().map(|status| {
            let meaning = StatusCode::from_u16(status).ok();
            let meaning = meaning.and_then(|status| status.canonical_reason());
            let schema = match status {
                400 | 401 | 429 | 503 => &of_tokens,
                _ => &envelope,
            };
            let response = ResponseBuilder::new()
                .description(format!("Refused: {}.", meaning.unwrap_or_default()))
                .content(JSON, Content::new(Some(schema.clone())));
            (status.to_string(), response.build())
        });
        answers.chain(refused).collect()
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
    fn shape<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name: Cow<'static, str> = T::name();
        self.shapes.push((name.clone().into_owned(), T::schema()));
        T::schemas(&mut self.shapes);
        Ref::from_schema_name(name).into()
    }
}

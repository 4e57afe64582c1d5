//! How a log line looks: one JSON object for machines, one readable line for people.

use std::{
    fmt::{self, Write},
    sync::Arc,
};

use portcullis_core::clock::Clock;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext,
        format::{FormatEvent, FormatFields, Writer},
    },
    registry::LookupSpan,
};

/// One JSON object per line.
#[derive(Debug, Clone)]
pub struct JsonLine(pub Arc<dyn Clock>);

/// One line of text.
#[derive(Debug, Clone)]
pub struct TextLine(pub Arc<dyn Clock>);

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let meta = event.metadata();
        write!(out, "{{\"time\":\"{:.3}\"", self.0.now())?;
        write!(out, ",\"level\":\"{}\"", meta.level())?;
        write!(out, ",\"target\":\"{}\"", meta.target())?;
        let mut fields = JsonFields {
            out: &mut out,
            result: Ok(()),
        };
        event.record(&mut fields);
        fields.result?;
        out.write_str("}\n")
    }
}

impl<S, N> FormatEvent<S, N> for TextLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let meta = event.metadata();
        let time = self.0.now().to_string();
        let time = time.get(11..19).unwrap_or(&time);
        let (colour, plain) = match (out.has_ansi_escapes(), *meta.level()) {
            (false, _) => ("", ""),
            (true, Level::ERROR) => ("\x1b[31m", "\x1b[0m"),
            (true, Level::WARN) => ("\x1b[33m", "\x1b[0m"),
            (true, Level::INFO) => ("\x1b[32m", "\x1b[0m"),
            (true, _) => ("\x1b[2m", "\x1b[0m"),
        };
        write!(out, "{time} {colour}{:>5}{plain} ", meta.level().as_str())?;
        event.record(&mut Message(&mut out));
        let mut fields = TextFields {
            out: &mut out,
            result: Ok(()),
        };
        event.record(&mut fields);
        fields.result?;
        out.write_char('\n')
    }
}

struct JsonFields<'a, 'w> {
    out: &'a mut Writer<'w>,
    result: fmt::Result,
}

impl JsonFields<'_, '_> {
    fn put(&mut self, field: &Field, write: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        self.result = self
            .result
            .and_then(|()| write!(self.out, ",\"{}\":", field.name()))
            .and_then(|()| write(self.out));
    }
}

impl Visit for JsonFields<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, |out| {
            out.write_char('"')?;
            Escaped(out).write_str(value)?;
            out.write_char('"')
        });
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, |out| write!(out, "{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, |out| write!(out, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, |out| write!(out, "{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        match value.is_finite() {
            true => self.put(field, |out| write!(out, "{value}")),
            false => self.put(field, |out| out.write_str("null")),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, |out| {
            out.write_char('"')?;
            write!(Escaped(out), "{value:?}")?;
            out.write_char('"')
        });
    }
}

/// Writes text as the inside of a JSON string.
struct Escaped<'a, W>(&'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, mut text: &str) -> fmt::Result {
        let odd = |c: char| c < ' ' || c == '"' || c == '\\' || c == '\x7f';
        while let Some(at) = text.find(odd) {
            let (clean, rest) = text.split_at(at);
            self.0.write_str(clean)?;
            let mut rest = rest.chars();
            match rest.next() {
                Some('"') => self.0.write_str("\\\"")?,
                Some('\\') => self.0.write_str("\\\\")?,
                Some('\n') => self.0.write_str("\\n")?,
                Some(c) => write!(self.0, "\\u{:04x}", u32::from(c))?,
                None => {}
            }
            text = rest.as_str();
        }
        self.0.write_str(text)
    }
}

/// Writes the message and nothing else.
struct Message<'a, 'w>(&'a mut Writer<'w>);

impl Visit for Message<'_, '_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // A line break would let what is quoted in a message pose as a line of its own.
            let _ = write!(Escaped(self.0), "{value:?}");
        }
    }
}

struct TextFields<'a, 'w> {
    out: &'a mut Writer<'w>,
    result: fmt::Result,
}

impl Visit for TextFields<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if !value.is_empty() {
            self.record_debug(field, &format_args!("{value}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            return;
        }
        self.result = self
            .result
            .and_then(|()| write!(self.out, " {}=", field.name()))
            .and_then(|()| write!(Escaped(self.out), "{value:?}"));
    }
}

#[cfg(test)]
mod tests;

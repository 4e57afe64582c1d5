//! Helper texts that may be HTML: written anew from a few harmless tags, and whatever else stands in
//! them as text. Nothing passes that is not built here.

/// Tags without attributes that stay.
const TAGS: [&str; 10] = [
    "b", "strong", "i", "em", "u", "s", "code", "small", "sub", "sup",
];
/// What a link may begin with.
const LINKS: [&str; 3] = ["https://", "http://", "mailto:"];

/// The text with its harmless tags, each one closed, and everything else escaped.
pub(crate) fn harmless(text: &str) -> String {
    let (mut written, mut open) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let tag = (first == '<').then(|| Tag::read(rest)).flatten();
        rest = match tag {
            Some((tag, after)) => {
                if !tag.write(&mut written, &mut open) {
                    escape(&mut written, &rest[..rest.len() - after.len()]);
                }
                after
            }
            None => {
                let (sign, after) = entity(rest).unwrap_or((&rest[..first.len_utf8()], ""));
                match after {
                    "" => escape(&mut written, sign),
                    _ => written.push_str(sign),
                }
                &rest[sign.len()..]
            }
        };
    }
    while let Some(name) = open.pop() {
        close(&mut written, name);
    }
    written
}

/// A tag that may stay.
enum Tag<'a> {
    Break,
    Open(&'static str),
    Link(&'a str),
    Close(&'static str),
}

impl<'a> Tag<'a> {
    /// The tag at the beginning of a text, and what stands behind it.
    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let (inner, after) = text.strip_prefix('<')?.split_once('>')?;
        let inner = inner.trim_end();
        let named = |name: &str| {
            let mut tags = TAGS.iter().copied();
            tags.find(|tag| tag.eq_ignore_ascii_case(name))
        };
        let tag = if let Some(name) = inner.strip_prefix('/') {
            let is_link = name.eq_ignore_ascii_case("a");
            Self::Close(if is_link { "a" } else { named(name)? })
        } else if let Some(name) = named(inner) {
            Self::Open(name)
        } else if matches!(inner, "br" | "br/" | "br /" | "BR") {
            Self::Break
        } else {
            Self::Link(address(inner)?)
        };
        Some((tag, after))
    }

    /// Writes it; `false` where it has no place: it closes nothing, or is a link in another.
    fn write(&self, written: &mut String, open: &mut Vec<&'static str>) -> bool {
        match self {
            Self::Break => written.push_str("<br>"),
            Self::Open(name) => {
                written.extend(["<", name, ">"]);
                open.push(name);
            }
            Self::Link(_) if open.contains(&"a") => return false,
            Self::Link(address) => {
                written.push_str("<a href=\"");
                escape(written, address);
                written.push_str("\" rel=\"noopener noreferrer\">");
                open.push("a");
            }
            Self::Close(name) if !open.contains(name) => return false,
            Self::Close(name) => {
                while let Some(last) = open.pop() {
                    close(written, last);
                    if last == *name {
                        break;
                    }
                }
            }
        }
        true
    }
}

/// Where a link leads that has nothing but a harmless address.
fn address(inner: &str) -> Option<&str> {
    let (name, rest) = inner.split_at_checked(2)?;
    let quoted = rest.trim_start().strip_prefix("href=")?;
    let address = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| quoted.strip_prefix('\'')?.strip_suffix('\''))?;
    let is_plain = !address.contains(['"', '\'', '<', '\\'])
        && !address.contains(char::is_whitespace)
        && !address.contains(char::is_control);
    let is_own = address.starts_with('/') && !address.starts_with("//");
    let is_safe = is_own || LINKS.iter().any(|start| address.starts_with(start));
    (name.eq_ignore_ascii_case("a ") && is_plain && is_safe).then_some(address)
}

/// A sign that is written as a reference already, and a mark that it is one.
fn entity(text: &str) -> Option<(&str, &'static str)> {
    let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&nbsp;"];
    let found = known.into_iter().find(|known| text.starts_with(known))?;
    Some((&text[..found.len()], "reference"))
}

fn close(written: &mut String, name: &str) {
    written.extend(["</", name, ">"]);
}

fn escape(written: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            c => written.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// KC-054.
    #[test]
    fn only_a_few_harmless_tags_stay_and_each_is_closed() {
        for (text, expected) in [
            (
                "<b>Bold</b> &amp; <em>kind</em>",
                "<b>Bold</b> &amp; <em>kind</em>",
            ),
            ("a < b & c", "a &lt; b &amp; c"),
            ("<B>one<br>two", "<b>one<br>two</b>"),
            ("<b><i>x</b>y</i>", "<b><i>x</i></b>y&lt;/i&gt;"),
            (
                "<a href=\"https://x.test/?a=1&b=2\">x</a>",
                "<a href=\"https://x.test/?a=1&amp;b=2\" rel=\"noopener noreferrer\">x</a>",
            ),
            (
                "<a href='/terms'>x",
                "<a href=\"/terms\" rel=\"noopener noreferrer\">x</a>",
            ),
        ] {
            assert_eq!(harmless(text), expected, "{text}");
        }
    }

    #[test]
    fn whatever_could_do_harm_is_text() {
        for text in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<b onclick=alert(1)>x</b>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"https://x\" onclick=\"alert(1)\">x</a>",
            "<a href=\"//evil.test\">x</a>",
            "<a href=\"/\\evil.test\">x</a>",
            "<a href=\"java\nscript:alert(1)\">x</a>",
            "<svg/onload=alert(1)>",
            "<!-- <b> -->",
            "<<b>script>",
            "<b",
            "&#x3c;script&#x3e;",
        ] {
            let written = harmless(text);
            for tag in ["<script", "<img", "<a", "<svg", "<!", "onclick=\"", "&#x"] {
                assert!(!written.contains(tag), "{text}: {written}");
            }
            let kept = ["<b>", "</b>", "<br>"];
            let rest = kept
                .iter()
                .fold(written.clone(), |rest, tag| rest.replace(tag, ""));
            assert!(!rest.contains(['<', '>']), "{text}: {written}");
        }
    }
}

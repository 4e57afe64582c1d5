//! Finds the line of a JSON pointer's target in the text of a document.

/// The line of what `pointer` (RFC 6901) leads to, or of the last part of it that is there.
pub(super) fn line_of(text: &str, pointer: &str) -> usize {
    let mut scanner = Scanner { text, at: 0 };
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if scanner.descend(&token).is_none() {
            break;
        }
    }
    scanner.skip_blank();
    1 + text[..scanner.at].matches('\n').count()
}

/// Walks over a document that is known to be valid.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blank(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Moves to the member or element called `token`; stays where it is when there is none.
    fn descend(&mut self, token: &str) -> Option<()> {
        let start = self.at;
        let found = self.find(token);
        if found.is_none() {
            self.at = start;
        }
        found
    }

    fn find(&mut self, token: &str) -> Option<()> {
        self.skip_blank();
        let is_object = match self.peek()? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        for index in 0_usize.. {
            self.at += 1;
            self.skip_blank();
            if matches!(self.peek()?, b'}' | b']') {
                return None;
            }
            let here = match is_object {
                true => self.member_is(token)?,
                false => index.to_string() == token,
            };
            if here {
                return Some(());
            }
            self.skip_value()?;
            self.skip_blank();
            if self.peek()? != b',' {
                return None;
            }
        }
        None
    }

    /// Reads a member's name and stops before its value.
    fn member_is(&mut self, token: &str) -> Option<bool> {
        let start = self.at;
        self.skip_string()?;
        let name: String = serde_json::from_str(&self.text[start..self.at]).ok()?;
        self.skip_blank();
        self.at += 1;
        self.skip_blank();
        Some(name == token)
    }

    fn skip_string(&mut self) -> Option<()> {
        self.at += 1;
        while self.peek()? != b'"' {
            self.at += if self.peek()? == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        Some(())
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.skip_string()?;
                    if depth == 0 {
                        return Some(());
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' if depth == 0 => return Some(()),
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "a": "x\"},",
  "b": {
    "c/d": [
      1,
      { "e": 2 },
      [3]
    ]
  },
  "f": null
}"#;

    #[test]
    fn a_pointer_leads_to_its_line() {
        for (pointer, line) in [
            ("", 1),
            ("/a", 2),
            ("/b", 3),
            ("/b/c~1d", 4),
            ("/b/c~1d/1/e", 6),
            ("/b/c~1d/2/0", 7),
            ("/f", 10),
        ] {
            assert_eq!(line_of(TEXT, pointer), line, "{pointer}");
        }
    }

    #[test]
    fn a_pointer_to_nothing_leads_to_what_is_there() {
        assert_eq!(line_of(TEXT, "/b/x/y"), 3);
        assert_eq!(line_of(TEXT, "/x"), 1);
    }
}

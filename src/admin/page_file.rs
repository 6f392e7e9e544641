use std::fmt::Write as _;

use blake2::{Blake2b512, Digest};

macro_rules! files {
    ($($name:literal,)+) => {
        /// Every file of the page, by the name that it is served under.
        const FILES: &[PageFile] = &[$(PageFile { name: $name, text: include_str!(concat!("page/", $name)) },)+];
    };
}

files! {
    "chart.css",
    "chart.js",
    "controls.css",
    "dom.js",
    "exports.js",
    "faults.js",
    "format.js",
    "icon.svg",
    "imports.css",
    "imports.js",
    "index.html",
    "jobs.js",
    "left.js",
    "lists.css",
    "page.css",
    "page.js",
    "person.js",
    "progress.js",
    "session.js",
    "upload.js",
    "users.js",
}

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageFile {
    name: &'static str,
    text: &'static str,
}

impl PageFile {
    pub(super) fn find(name: &str) -> Option<Self> {
        FILES.iter().find(|file| file.name == name).copied()
    }

    pub(super) const fn text(self) -> &'static str {
        self.text
    }

    /// Its media type.
    pub(super) fn kind(self) -> &'static str {
        match self.name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("css") => "text/css; charset=utf-8",
            Some("html") => "text/html; charset=utf-8",
            // RFC 9239.
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }

    /// What tells this text from every other one: an entity tag (RFC 9110, section 8.8.3).
    pub(super) fn tag(self) -> String {
        let mut tag = "\"".to_owned();
        for byte in Blake2b512::digest(self.text.as_bytes()).iter().take(16) {
            // Writing to a text cannot fail.
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_media_type_and_a_tag_of_its_own() {
        let tags: std::collections::BTreeSet<_> = FILES.iter().map(|file| file.tag()).collect();
        assert_eq!(tags.len(), FILES.len());
        for file in FILES {
            assert_ne!(file.kind(), "application/octet-stream", "{}", file.name);
        }
        assert!(PageFile::find("../page_file.rs").is_none());
    }

    /// Texts come from people of whom some are hostile: they become text, and never markup, style or program.
    #[test]
    fn no_file_makes_markup_of_text() {
        for file in FILES {
            for forbidden in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "createContextualFragment",
                "DOMParser",
                "setHTML",
                "srcdoc",
                "eval(",
                "new Function",
                "javascript:",
                " onclick",
                " onload",
                " onerror",
                "style=",
                "<style",
                "localStorage",
                "sessionStorage",
                "document.cookie",
                "https://",
                "@import",
            ] {
                assert!(!file.text.contains(forbidden), "{} has {forbidden}", file.name);
            }
            for line in file.text.lines().filter(|line| line.contains("http://")) {
                // The name of a vocabulary, which nobody fetches.
                assert!(line.contains("http://www.w3.org/2000/svg"), "{}: {line}", file.name);
            }
            assert!(file.text.matches("<script").count() == file.text.matches("<script type=\"module\" src=").count());
        }
    }
}

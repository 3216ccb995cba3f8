//! The files of the tree, read once.

use std::path::Path;
use std::sync::LazyLock;

/// Names of what others make or fill; `.git` may be a file.
const FOREIGN: [&str; 8] = [
    ".git",
    "target",
    "node_modules",
    "dist",
    "data",
    "testdata",
    "snapshots",
    "screenshots",
];

/// Files that a generator writes.
const GENERATED: [&str; 3] = ["schema.rs", ".gen.ts", "package-lock.json"];

/// A text file and where it stands, with `/` between folders, seen from the root of the tree.
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    pub fn is_generated(&self) -> bool {
        GENERATED.iter().any(|end| self.path.ends_with(end))
    }

    pub fn ends_with(&self, endings: &[&str]) -> bool {
        endings.iter().any(|end| self.path.ends_with(end))
    }

    /// Whether it stands in `folder` or is the module file beside it.
    pub fn is_in(&self, folder: &str) -> bool {
        let rest = self.path.strip_prefix(folder);
        rest.is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    }

    /// The lines that do something: comments are left out, numbers start at 1.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().zip(1..);
        lines
            .map(|(line, number)| (number, line.trim()))
            .filter(|(_, line)| !line.starts_with("//"))
    }
}

/// Every text file of the tree.
pub static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let mut files = Vec::new();
    walk(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
    files
});

/// The Rust files in `folder`.
pub fn rust_in(folder: &str) -> impl Iterator<Item = &'static File> {
    FILES
        .iter()
        .filter(move |file| file.path.ends_with(".rs") && file.is_in(folder))
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if FOREIGN.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_file()
            && let Ok(text) = std::fs::read_to_string(entry.path())
        {
            files.push(File { path, text });
        }
    }
}

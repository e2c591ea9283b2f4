//! Which name stands for which value: for whoever made the copy, and for nobody else.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use super::key::private;
use super::names::Names;
use crate::error::{Error, Result};

/// Writes the names and what they stand for as CSV: `name,kind,value`. An existing file is left as it is.
///
/// # Errors
/// [`Error::Usage`] where the file exists; [`Error::Write`].
pub fn write(path: &Path, names: &Names) -> Result<()> {
    let failed = |source| Error::Write { path: path.to_path_buf(), source };
    let file = match private(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            let message = format!("`{}` exists already", path.display());
            return Err(Error::Usage { message, help: "name another file with `--map`".into() });
        }
        opened => opened.map_err(failed)?,
    };
    let mut rows: Vec<(String, &str, &str)> =
        names.all().map(|(kind, value, name)| (name, kind.as_str(), value)).collect();
    rows.sort();
    let mut table = csv::Writer::from_writer(BufWriter::new(file));
    let mut row = |cells: [&str; 3]| table.write_record(cells).map_err(|e| failed(io::Error::other(e)));
    row(["name", "kind", "value"])?;
    for (name, kind, value) in &rows {
        row([name, kind, value])?;
    }
    table.into_inner().map_err(|e| failed(e.into_error()))?.flush().map_err(failed)
}

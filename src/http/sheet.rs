//! Lists as CSV files, written while they are read, however long they are.

use std::future::Future;

use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::mpsc;

use super::describe::{Answer, Sketch};
use super::error::{ApiError, ApiResult};

/// Pages that wait for a slow reader.
const AHEAD: usize = 2;
/// What makes a spreadsheet take a cell for a formula, or for the end of the row (SECURITY row 33).
const RISKY: [char; 9] = ['=', '+', '-', '@', '|', '%', '\t', '\r', '\n'];

/// Where the next page begins, and the rows of this one; None after the last.
pub struct Leaf<K> {
    pub rows: Vec<Vec<String>>,
    pub next: Option<K>,
}

/// A CSV file on its way out.
pub struct Sheet(HttpResponse);

impl Sheet {
    /// A file called `name` with these columns, and the pages that `read` gives. Reads go on in a task of their own: a
    /// query may not be dropped when the client goes away. When one fails the connection breaks, so that nobody takes
    /// the part for the whole.
    pub fn of<K, F>(
        name: &str,
        columns: &[&str],
        read: impl Fn(Option<K>) -> F + 'static,
    ) -> ApiResult<Self>
    where
        K: 'static,
        F: Future<Output = ApiResult<Leaf<K>>> + 'static,
    {
        let head = columns.iter().map(|&column| column.to_owned()).collect();
        let head = written(&[head])?;
        let (pages, ready) = mpsc::channel::<ApiResult<Bytes>>(AHEAD);
        actix_web::rt::spawn(async move {
            let mut page = Ok(head);
            let mut place = None;
            let mut more = true;
            loop {
                let failed = page.is_err();
                if pages.send(page).await.is_err() || failed || !more {
                    return;
                }
                page = match read(place.take()).await {
                    Ok(leaf) => {
                        more = leaf.next.is_some();
                        place = leaf.next;
                        written(&leaf.rows)
                    }
                    Err(error) => Err(error),
                };
            }
        });
        let body = stream::unfold(ready, |mut ready| async move {
            let page = ready.recv().await?;
            let page = page.map_err(|error| std::io::Error::other(error.to_string()));
            Some((page, ready))
        });
        Ok(Self(
            HttpResponse::Ok()
                .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
                .insert_header((
                    CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{name}\""),
                ))
                .insert_header((CACHE_CONTROL, "no-store"))
                .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .streaming(body),
        ))
    }
}

impl actix_web::Responder for Sheet {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &actix_web::HttpRequest) -> HttpResponse {
        self.0
    }
}

impl Answer for Sheet {
    fn describe(sketch: &mut Sketch) {
        sketch.set_text_answer("text/csv");
    }
}

fn written(rows: &[Vec<String>]) -> ApiResult<Bytes> {
    // All in quotes: a spreadsheet that parts cells by another sign than the comma must find none in a cell.
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| harmless(cell));
        writer.write_record(cells).map_err(ApiError::internal)?;
    }
    let bytes = writer.into_inner().map_err(ApiError::internal)?;
    Ok(Bytes::from(bytes))
}

/// A cell that no spreadsheet takes for more than text.
fn harmless(cell: &str) -> String {
    match cell.starts_with(RISKY) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_row_stays_one() {
        let row = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect();
        let rows: [Vec<String>; 3] = [
            row(&["=cmd|'/C calc'!A0", "plain"]),
            row(&["-1", "a \"quote\", and\na line"]),
            row(&["", "\tindented"]),
        ];
        let text = written(&rows).unwrap();
        assert!(text.starts_with(b"\"'=cmd|'/C calc'!A0\",\"plain\"\n"));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(&text[..]);
        let read: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        assert_eq!(
            read,
            [
                ["'=cmd|'/C calc'!A0", "plain"],
                ["'-1", "a \"quote\", and\na line"],
                ["", "'\tindented"],
            ]
        );
    }
}

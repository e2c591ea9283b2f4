//! The cells of a column, each of the few kinds that records have.

use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkFilter, ChunkFullNull, ChunkTake, ChunkZip, Column, IdxCa, Int64Chunked,
    IntoColumn, IntoSeries, UInt32Chunked,
};

use super::internal;
use super::lines::Lines;
use super::strings::Strings;
use crate::error::Result;
use crate::schema::Kind;

/// The cells of a column.
#[derive(Clone, Debug)]
pub enum Values {
    /// Text.
    Text(Strings),
    /// Flags.
    Flag(BooleanChunked),
    /// Times in UTC milliseconds.
    Time(Int64Chunked),
    /// Whole numbers, as `row` and `export` are.
    Number(UInt32Chunked),
}

/// Asks the same of the cells of whatever kind.
macro_rules! whatever {
    ($values:expr, $cells:ident => $asked:expr) => {
        match $values {
            Values::Text($cells) => $asked,
            Values::Flag($cells) => $asked,
            Values::Time($cells) => $asked,
            Values::Number($cells) => $asked,
        }
    };
}

impl From<Strings> for Values {
    fn from(cells: Strings) -> Self {
        Self::Text(cells)
    }
}

impl From<BooleanChunked> for Values {
    fn from(cells: BooleanChunked) -> Self {
        Self::Flag(cells)
    }
}

impl From<Int64Chunked> for Values {
    fn from(cells: Int64Chunked) -> Self {
        Self::Time(cells)
    }
}

impl From<UInt32Chunked> for Values {
    fn from(cells: UInt32Chunked) -> Self {
        Self::Number(cells)
    }
}

impl Values {
    /// The cells of the kind that a record column has, all of them blank.
    #[must_use]
    pub fn blank(kind: Kind, height: usize) -> Self {
        match kind {
            Kind::Time => Int64Chunked::full_null("".into(), height).into(),
            Kind::Flag => BooleanChunked::full_null("".into(), height).into(),
            _ => Strings::blank(height).into(),
        }
    }

    /// As many blank cells of the same kind.
    #[must_use]
    pub fn nothing_like(&self) -> Self {
        self.blanks(self.len())
    }

    pub(super) fn blanks(&self, height: usize) -> Self {
        match self {
            Self::Text(_) => Strings::blank(height).into(),
            Self::Flag(_) => BooleanChunked::full_null("".into(), height).into(),
            Self::Time(_) => Int64Chunked::full_null("".into(), height).into(),
            Self::Number(_) => UInt32Chunked::full_null("".into(), height).into(),
        }
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        whatever!(self, cells => cells.len())
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a cell is filled.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        whatever!(self, cells => cells.null_count() < cells.len())
    }

    /// Which cells are blank.
    #[must_use]
    pub fn is_null(&self) -> BooleanChunked {
        whatever!(self, cells => cells.is_null())
    }

    /// Which cells are filled.
    #[must_use]
    pub fn is_not_null(&self) -> BooleanChunked {
        whatever!(self, cells => cells.is_not_null())
    }

    /// The texts, if it is text.
    #[must_use]
    pub const fn text(&self) -> Option<&Strings> {
        if let Self::Text(cells) = self { Some(cells) } else { None }
    }

    /// The flags, if it is flags.
    #[must_use]
    pub const fn flags(&self) -> Option<&BooleanChunked> {
        if let Self::Flag(cells) = self { Some(cells) } else { None }
    }

    /// The times, if it is times.
    #[must_use]
    pub const fn times(&self) -> Option<&Int64Chunked> {
        if let Self::Time(cells) = self { Some(cells) } else { None }
    }

    /// The numbers, if it is numbers.
    #[must_use]
    pub const fn numbers(&self) -> Option<&UInt32Chunked> {
        if let Self::Number(cells) = self { Some(cells) } else { None }
    }

    /// The cells of which a flag says so.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses.
    pub fn filter(&self, keep: &BooleanChunked) -> Result<Self> {
        Ok(match self {
            Self::Text(cells) => cells.filter(keep).into(),
            Self::Flag(cells) => cells.filter(keep).map_err(internal)?.into(),
            Self::Time(cells) => cells.filter(keep).map_err(internal)?.into(),
            Self::Number(cells) => cells.filter(keep).map_err(internal)?.into(),
        })
    }

    /// The cells of some lines; blank for none.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for a line that is not there.
    pub fn take(&self, lines: &IdxCa) -> Result<Self> {
        Ok(match self {
            Self::Text(cells) => cells.take(lines).into(),
            Self::Flag(cells) => cells.take(lines).map_err(internal)?.into(),
            Self::Time(cells) => cells.take(lines).map_err(internal)?.into(),
            Self::Number(cells) => cells.take(lines).map_err(internal)?.into(),
        })
    }

    /// These cells where a flag says so, and those of another column of the kind elsewhere.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for columns that are not of one kind.
    pub fn or_else(&self, own: &BooleanChunked, other: &Self) -> Result<Self> {
        Ok(match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.or_else(own, b).into(),
            (Self::Flag(a), Self::Flag(b)) => a.zip_with(own, b).map_err(internal)?.into(),
            (Self::Time(a), Self::Time(b)) => a.zip_with(own, b).map_err(internal)?.into(),
            (Self::Number(a), Self::Number(b)) => a.zip_with(own, b).map_err(internal)?.into(),
            _ => return Err(internal("columns of two kinds")),
        })
    }

    /// Where both are filled and differ; not known where one is blank.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for columns that are not of one kind.
    pub fn not_equal(&self, other: &Self) -> Result<BooleanChunked> {
        Ok(match (self, other) {
            (Self::Text(a), Self::Text(b)) => {
                a.iter().zip(b.iter()).map(|(a, b)| a.zip(b).map(|(a, b)| a != b)).collect()
            }
            (Self::Flag(a), Self::Flag(b)) => a.not_equal(b),
            (Self::Time(a), Self::Time(b)) => a.not_equal(b),
            (Self::Number(a), Self::Number(b)) => a.not_equal(b),
            _ => return Err(internal("columns of two kinds")),
        })
    }

    pub(super) fn head(&self, height: usize) -> Self {
        match self {
            Self::Text(cells) => cells.head(height).into(),
            Self::Flag(cells) => cells.head(Some(height)).into(),
            Self::Time(cells) => cells.head(Some(height)).into(),
            Self::Number(cells) => cells.head(Some(height)).into(),
        }
    }

    /// One below the other, of one kind.
    pub(super) fn concat(parts: &[Self]) -> Result<Self> {
        let Some((first, rest)) = parts.split_first() else { return Ok(Strings::default().into()) };
        if let Self::Text(_) = first {
            let texts: Vec<Strings> = parts.iter().filter_map(Self::text).cloned().collect();
            return Ok(Strings::concat(&texts).into());
        }
        let mut all = first.clone();
        for part in rest {
            match (&mut all, part) {
                (Self::Flag(all), Self::Flag(part)) => all.append(part).map_err(internal)?,
                (Self::Time(all), Self::Time(part)) => all.append(part).map_err(internal)?,
                (Self::Number(all), Self::Number(part)) => all.append(part).map_err(internal)?,
                _ => return Err(internal("columns of two kinds")),
            }
        }
        Ok(match all {
            Self::Text(cells) => cells.into(),
            Self::Flag(cells) => cells.rechunk().into_owned().into(),
            Self::Time(cells) => cells.rechunk().into_owned().into(),
            Self::Number(cells) => cells.rechunk().into_owned().into(),
        })
    }

    /// As a column of the engine.
    #[must_use]
    pub fn column(&self, name: &str) -> Column {
        let series = match self {
            Self::Text(cells) => cells.texts().into_series(),
            Self::Flag(cells) => cells.clone().into_series(),
            Self::Time(cells) => cells.clone().into_series(),
            Self::Number(cells) => cells.clone().into_series(),
        };
        series.with_name(name.into()).into_column()
    }

    /// Some lines of it, as a column of the engine.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for a line that is not there.
    pub fn column_of(&self, name: &str, lines: Lines<'_>) -> Result<Column> {
        match self {
            Self::Text(cells) => Ok(cells.texts_of(lines).into_series().with_name(name.into()).into_column()),
            // Those are shared with the column, not copied.
            Self::Flag(_) | Self::Time(_) | Self::Number(_) => lines.take(&self.column(name)),
        }
    }

    /// Whether a cell is filled; of a line that is not there it is not.
    #[must_use]
    pub fn has(&self, line: usize) -> bool {
        line < self.len() && whatever!(self, cells => cells.get(line).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_chosen_and_compared() {
        let (a, b) = (Values::from(Strings::full("a", 2)), Values::from(Strings::from_iter([Some("b"), None])));
        let own: BooleanChunked = [Some(true), Some(false)].into_iter().collect();
        let chosen = a.or_else(&own, &b).unwrap();
        assert_eq!(chosen.text().unwrap().iter().collect::<Vec<_>>(), [Some("a"), None]);
        assert_eq!(a.not_equal(&b).unwrap().iter().collect::<Vec<_>>(), [Some(true), None]);
        assert!(a.or_else(&own, &Values::blank(Kind::Flag, 2)).is_err());
    }
}

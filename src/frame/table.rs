//! A table of records: columns by name.

use polars::prelude::{
    BooleanChunked, Column as EngineColumn, DataFrame, DataType, Int64Chunked, PlHashMap, UInt32Chunked,
};

use super::internal;
use super::strings::Strings;
use super::values::Values;
use crate::error::Result;

/// A column and its name.
#[derive(Clone, Debug)]
pub struct Column {
    /// By which it is found.
    pub name: String,
    /// Its cells.
    pub values: Values,
}

/// Columns of one height.
#[derive(Clone, Debug, Default)]
pub struct Table {
    height: usize,
    columns: Vec<Column>,
    /// Where each column is: they are asked for by the million.
    places: PlHashMap<String, usize>,
}

impl Column {
    /// Cells with a name.
    #[must_use]
    pub fn new(name: impl Into<String>, values: impl Into<Values>) -> Self {
        Self { name: name.into(), values: values.into() }
    }
}

impl Table {
    /// Puts columns together.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for columns that are not of this height.
    pub fn new(height: usize, columns: Vec<Column>) -> Result<Self> {
        let mut own = Self { height, ..Self::default() };
        for column in columns {
            own.put(column)?;
        }
        Ok(own)
    }

    /// Number of lines.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// The names of its columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The cells of a column, if there is one of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Values> {
        self.columns.get(*self.places.get(name)?).map(|column| &column.values)
    }

    /// Adds a column, or puts it in the place of the one that has its name.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for one that is not of the height of the table.
    pub fn put(&mut self, column: Column) -> Result<()> {
        if column.values.len() != self.height {
            return Err(internal(format!("`{}` has another height", column.name)));
        }
        let place = self.places.get(&column.name).and_then(|place| self.columns.get_mut(*place));
        if let Some(own) = place {
            *own = column;
        } else {
            self.places.insert(column.name.clone(), self.columns.len());
            self.columns.push(column);
        }
        Ok(())
    }

    /// A column of text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&Strings> {
        self.get(name)?.text()
    }

    /// A column of times in UTC milliseconds.
    #[must_use]
    pub fn times(&self, name: &str) -> Option<&Int64Chunked> {
        self.get(name)?.times()
    }

    /// A column of flags.
    #[must_use]
    pub fn flags(&self, name: &str) -> Option<&BooleanChunked> {
        self.get(name)?.flags()
    }

    /// A column of whole numbers.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Option<&UInt32Chunked> {
        self.get(name)?.numbers()
    }

    /// Whether there is a column with something in it.
    #[must_use]
    pub fn is_filled(&self, name: &str) -> bool {
        self.get(name).is_some_and(Values::is_filled)
    }

    /// The whole as the engine has it.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses.
    pub fn frame(&self) -> Result<DataFrame> {
        let columns = self.columns.iter().map(|own| own.values.column(&own.name)).collect();
        DataFrame::new(self.height, columns).map_err(internal)
    }

    /// The lines of which a flag says so.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses.
    pub fn filter(&self, keep: &BooleanChunked) -> Result<Self> {
        let height = keep.iter().filter(|keep| *keep == Some(true)).count();
        self.each(height, |values| values.filter(keep))
    }

    /// The first lines.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] if the engine refuses.
    pub fn head(&self, height: usize) -> Result<Self> {
        self.each(height.min(self.height), |values| Ok(values.head(height)))
    }

    fn each(&self, height: usize, made: impl Fn(&Values) -> Result<Values>) -> Result<Self> {
        let columns = self.columns.iter().map(|own| Ok(Column { name: own.name.clone(), values: made(&own.values)? }));
        Ok(Self { height, columns: columns.collect::<Result<_>>()?, places: self.places.clone() })
    }

    /// One below the other; a column that one of them lacks is blank there.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] for columns of one name and two kinds.
    pub fn concat(tables: &[Self]) -> Result<Self> {
        let mut names: Vec<String> = Vec::new();
        for name in tables.iter().flat_map(Self::names) {
            if !names.iter().any(|own| own == name) {
                names.push(name.to_string());
            }
        }
        let mut all = Self { height: tables.iter().map(Self::height).sum(), ..Self::default() };
        for name in names {
            let Some(like) = tables.iter().find_map(|table| table.get(&name)) else { continue };
            let part = |table: &Self| table.get(&name).cloned().unwrap_or_else(|| like.blanks(table.height));
            let parts: Vec<Values> = tables.iter().map(part).collect();
            let values = Values::concat(&parts)?;
            all.put(Column { name, values })?;
        }
        Ok(all)
    }
}

impl From<DataFrame> for Table {
    /// Columns of other types than records have are left out.
    fn from(frame: DataFrame) -> Self {
        let values = |column: &EngineColumn| {
            Some(match column.dtype() {
                DataType::String => Values::Text(column.str().ok()?.into()),
                DataType::Boolean => Values::Flag(column.bool().ok()?.clone()),
                DataType::Int64 => Values::Time(column.i64().ok()?.clone()),
                DataType::UInt32 => Values::Number(column.u32().ok()?.clone()),
                _ => return None,
            })
        };
        let columns = frame.columns().iter().filter_map(|own| Some(Column::new(own.name().as_str(), values(own)?)));
        // All of them are of its height.
        Self::new(frame.height(), columns.collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(texts: &[Option<&str>], times: Option<&[Option<i64>]>) -> Table {
        let mut columns = vec![Column::new("name", texts.iter().copied().collect::<Strings>())];
        columns.extend(times.map(|times| Column::new("seen", times.iter().copied().collect::<Int64Chunked>())));
        Table::new(texts.len(), columns).unwrap()
    }

    #[test]
    fn tables_stand_below_each_other() {
        let all = Table::concat(&[table(&[Some("a"), None], None), table(&[Some("b")], Some(&[Some(1)]))]).unwrap();
        assert_eq!(all.height(), 3);
        assert_eq!(all.text("name").unwrap().iter().collect::<Vec<_>>(), [Some("a"), None, Some("b")]);
        assert_eq!(all.times("seen").unwrap().iter().collect::<Vec<_>>(), [None, None, Some(1)]);
        assert_eq!(all.head(1).unwrap().height(), 1);
        let kept = all.filter(&[false, true, true].into_iter().map(Some).collect()).unwrap();
        assert_eq!((kept.height(), kept.text("name").unwrap().get(1)), (2, Some("b")));
        assert!(all.is_filled("seen") && !kept.head(1).unwrap().is_filled("seen") && !all.is_filled("none"));
        let odd = Table::new(1, vec![Column::new("name", BooleanChunked::from_iter([Some(true)]))]).unwrap();
        assert!(Table::concat(&[odd, all.clone()]).is_err());
        assert!(Table::new(2, vec![Column::new("name", Strings::blank(3))]).is_err());
    }

    #[test]
    fn a_column_takes_the_place_of_its_name() {
        let mut own = table(&[Some("a")], None);
        own.put(Column::new("name", Strings::full("b", 1))).unwrap();
        assert_eq!((own.names().count(), own.text("name").unwrap().get(0)), (1, Some("b")));
        assert_eq!(own.get("name").unwrap().column("x").name().as_str(), "x");
    }
}

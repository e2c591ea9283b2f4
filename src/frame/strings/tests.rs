use proptest::prelude::*;

use super::*;

type Cells = Vec<Option<String>>;

fn cells(most: usize) -> impl Strategy<Value = Cells> {
    proptest::collection::vec(proptest::option::of("[ab]{0,2}|[a-zé0-9-]{13,16}"), 0..most)
}

fn own(cells: &Cells) -> Strings {
    cells.iter().map(Option::as_deref).collect()
}

fn as_text(cells: &Cells) -> Strings {
    cells.iter().map(Option::as_deref).collect::<Texts>().into()
}

fn plain(own: &Strings) -> Cells {
    own.iter().map(|cell| cell.map(str::to_string)).collect()
}

fn judge(text: &str) -> Result<Option<Cow<'_, str>>, char> {
    match text.len() {
        0 => Ok(None),
        1 => Err('!'),
        _ => Ok(Some(Cow::Owned(text.to_uppercase()))),
    }
}

fn truth(flags: &BooleanChunked) -> Vec<bool> {
    flags.iter().map(|flag| flag.unwrap()).collect()
}

proptest! {
    /// Both kinds say the same of the same cells.
    #[test]
    fn words_and_texts_are_alike(cells in cells(24), other in cells(24), lines in proptest::collection::vec(proptest::option::of(any::<proptest::sample::Index>()), 0..8)) {
        for column in [own(&cells), as_text(&cells)] {
            prop_assert_eq!(&plain(&column), &cells);
            prop_assert_eq!(plain(&Strings::from(&column.texts())), cells.clone());
            prop_assert_eq!((column.len(), column.is_empty()), (cells.len(), cells.is_empty()));
            prop_assert_eq!(column.null_count(), cells.iter().filter(|cell| cell.is_none()).count());
            prop_assert!((0..=cells.len()).all(|line| column.get(line) == cells.get(line).and_then(Option::as_deref)));
            prop_assert_eq!(truth(&column.is_null()), cells.iter().map(Option::is_none).collect::<Vec<_>>());
            prop_assert_eq!(truth(&column.is_not_null()), cells.iter().map(Option::is_some).collect::<Vec<_>>());
            prop_assert_eq!(truth(&column.is("a")), cells.iter().map(|cell| cell.as_deref() == Some("a")).collect::<Vec<_>>());
            let lengths: Vec<Option<usize>> = cells.iter().map(|cell| cell.as_ref().map(String::len)).collect();
            prop_assert_eq!(column.each(str::len).collect::<Vec<_>>(), lengths);
            let mut counted: Vec<(&str, u64)> = column.different();
            counted.sort_unstable();
            let mut plainly: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
            cells.iter().flatten().for_each(|text| *plainly.entry(text).or_default() += 1);
            prop_assert_eq!(counted, plainly.into_iter().collect::<Vec<_>>());
            let keep: Vec<bool> = (0..cells.len()).map(|line| line % 3 != 1).collect();
            let flags: BooleanChunked = keep.iter().map(|keep| Some(*keep)).collect();
            let kept: Cells = cells.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(cell, _)| cell.clone()).collect();
            prop_assert_eq!(plain(&column.filter(&flags)), kept);
            prop_assert_eq!(plain(&column.head(3)), cells.iter().take(3).cloned().collect::<Cells>());
            if !cells.is_empty() {
                let lines: Vec<Option<u32>> =
                    lines.iter().map(|line| line.map(|line| u32::try_from(line.index(cells.len())).unwrap())).collect();
                let taken: Cells = lines.iter().map(|line| line.and_then(|line| cells[line as usize].clone())).collect();
                prop_assert_eq!(plain(&column.take(&lines.iter().copied().collect())), taken);
            }
            for second in [own(&other), as_text(&other)] {
                let all: Cells = cells.iter().chain(&other).cloned().collect();
                prop_assert_eq!(plain(&Strings::concat(&[column.clone(), second.clone()])), all);
                let chosen: Cells = cells.iter().zip(&other).enumerate().map(|(line, (a, b))| if line % 3 == 1 { b } else { a }.clone()).collect();
                prop_assert_eq!(plain(&column.or_else(&flags, &second)), chosen);
            }
        }
    }

    #[test]
    fn texts_are_translated_and_refused(cells in cells(24)) {
        for column in [own(&cells), as_text(&cells)] {
            let mut refused = Vec::new();
            let made = column.translate(judge, |line, text, sign| refused.push((line, text.to_string(), *sign)));
            let of = |cell: &Option<String>| cell.as_deref().and_then(|text| judge(text).ok().flatten()).map(Cow::into_owned);
            prop_assert_eq!(plain(&made), cells.iter().map(of).collect::<Cells>());
            let short = cells.iter().enumerate().filter(|(_, cell)| cell.as_ref().is_some_and(|text| text.len() == 1));
            prop_assert_eq!(refused, short.map(|(line, cell)| (line, cell.clone().unwrap(), '!')).collect::<Vec<_>>());
        }
    }
}

#[test]
fn many_different_texts_are_no_words() {
    let cells: Cells =
        (0..10_000).map(|at| (at % 7 != 3).then(|| format!("a name of some length {}", at / 2))).collect();
    let column = own(&cells);
    assert!(matches!(column.0, Kind::Texts(_)));
    assert_eq!(plain(&column), cells);
    let few: Cells = cells.iter().take(5_000).cloned().collect();
    assert!(matches!(own(&few).0, Kind::Words(_)));
    let both = Strings::concat(&[own(&few), own(&few)]);
    assert!(matches!(both.0, Kind::Words(_)));
    assert_eq!(both.get(5_002), cells[2].as_deref());
    assert_eq!(Strings::full("a", 2).iter().collect::<Vec<_>>(), [Some("a"), Some("a")]);
    assert_eq!(Strings::blank(2).null_count(), 2);
}

#[test]
fn pieces_of_any_length_are_one_column() {
    let long: Cells = (0..200_000).map(|at| (at % 5 != 2).then(|| format!("é{at}"))).collect();
    let (whole, short) = (own(&long), as_text(&long[..70_001].to_vec()));
    let both = Strings::concat(&[short.clone(), whole, short]);
    let plainly = |line: usize| long[..70_001].iter().chain(&long).chain(&long[..70_001]).nth(line).unwrap().as_deref();
    assert_eq!(both.len(), 340_002);
    for line in [0, 2, 65_535, 65_536, 70_000, 70_001, 70_003, 140_000, 270_000, 270_001, 340_001] {
        assert_eq!(both.get(line), plainly(line), "{line}");
    }
    assert_eq!(both.get(340_002), None);
    assert_eq!(both.iter().count(), both.len());
    assert_eq!(both.iter().filter(Option::is_none).count(), both.null_count());
}

#[test]
fn what_is_no_text_is_no_column() {
    let with = |cells: &[&[u8]], names: usize| {
        let mut made = Builder::new(0);
        (0..names).for_each(|at| made.push(Some(&at.to_string())));
        for cell in cells {
            made.push_bytes(Some(cell));
        }
        made.finish_bytes().map(|column| column.len())
    };
    for names in [0, 5_000] {
        assert_eq!(with(&[b"a", "é".as_bytes()], names), Some(names + 2));
        assert_eq!(with(&[b"a", &[0xC3]], names), None);
        // Whole only together with its neighbour.
        assert_eq!(with(&[&[0xC3], &[0xA9]], names), None);
    }
}

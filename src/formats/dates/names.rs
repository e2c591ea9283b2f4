//! Names of months and weekdays and the small words around them: English, German, French, Spanish, Italian, Dutch and
//! Portuguese. Case and accents do not matter.

/// A word in lower case without accents; longer than any name is none.
struct Folded {
    bytes: [u8; 12],
    length: usize,
}

impl Folded {
    fn of(word: &str) -> Option<Self> {
        let mut folded = Self { bytes: [0; 12], length: 0 };
        for c in word.chars() {
            let plain = match c {
                'a'..='z' | 'A'..='Z' => u8::try_from(c).ok()?.to_ascii_lowercase(),
                'à'..='å' | 'À'..='Å' => b'a',
                'ç' | 'Ç' => b'c',
                'è'..='ë' | 'È'..='Ë' => b'e',
                'ù'..='ü' | 'Ù'..='Ü' => b'u',
                // An accent as a sign of its own, as macOS writes it.
                '\u{300}'..='\u{36f}' => continue,
                _ => return None,
            };
            *folded.bytes.get_mut(folded.length)? = plain;
            folded.length += 1;
        }
        Some(folded)
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// The number of a month from its name, full or short.
pub(crate) fn month(word: &str) -> Option<u32> {
    Some(match Folded::of(word)?.as_bytes() {
        b"jan" | b"january" | b"januar" | b"jaenner" | b"janner" | b"janvier" | b"janv" | b"enero" | b"ene"
        | b"gennaio" | b"gen" | b"januari" | b"janeiro" => 1,
        b"feb" | b"february" | b"februar" | b"fevrier" | b"fevr" | b"febrero" | b"febbraio" | b"februari"
        | b"fevereiro" | b"fev" => 2,
        b"mar" | b"march" | b"marz" | b"maerz" | b"mrz" | b"mars" | b"marzo" | b"maart" | b"mrt" | b"marco" => 3,
        b"apr" | b"april" | b"avril" | b"avr" | b"abril" | b"abr" | b"aprile" => 4,
        b"may" | b"mai" | b"mayo" | b"maggio" | b"mag" | b"mei" | b"maio" => 5,
        b"jun" | b"june" | b"juni" | b"juin" | b"junio" | b"giugno" | b"giu" | b"junho" => 6,
        b"jul" | b"july" | b"juli" | b"juillet" | b"juil" | b"julio" | b"luglio" | b"lug" | b"julho" => 7,
        b"aug" | b"august" | b"aout" | b"agosto" | b"ago" | b"augustus" => 8,
        b"sep" | b"sept" | b"september" | b"septembre" | b"septiembre" | b"settembre" | b"setembro" | b"set" => 9,
        b"oct" | b"october" | b"okt" | b"oktober" | b"octobre" | b"octubre" | b"ottobre" | b"ott" | b"outubro"
        | b"out" => 10,
        b"nov" | b"november" | b"novembre" | b"noviembre" | b"novembro" => 11,
        b"dec" | b"december" | b"dezember" | b"dez" | b"decembre" | b"diciembre" | b"dicembre" | b"dic"
        | b"dezembro" => 12,
        _ => return None,
    })
}

/// Whether a word names a weekday. `mar` is one in French and Spanish, so ask for a month first.
pub(super) fn is_weekday(word: &str) -> bool {
    let Some(word) = Folded::of(word) else { return false };
    matches!(
        word.as_bytes(),
        b"monday" | b"tuesday" | b"wednesday" | b"thursday" | b"friday" | b"saturday" | b"sunday"
            | b"mon" | b"tue" | b"tues" | b"wed" | b"thu" | b"thur" | b"thurs" | b"fri" | b"sat" | b"sun"
            | b"montag" | b"dienstag" | b"mittwoch" | b"donnerstag" | b"freitag" | b"samstag" | b"sonnabend"
            | b"sonntag" | b"mo" | b"di" | b"mi" | b"do" | b"fr" | b"sa" | b"so"
            | b"lundi" | b"mardi" | b"mercredi" | b"jeudi" | b"vendredi" | b"samedi" | b"dimanche"
            | b"lun" | b"mar" | b"mer" | b"jeu" | b"ven" | b"sam" | b"dim"
            | b"lunes" | b"martes" | b"miercoles" | b"jueves" | b"viernes" | b"sabado" | b"domingo"
            | b"mie" | b"jue" | b"vie" | b"sab" | b"dom"
            // Italian.
            | b"lunedi" | b"martedi" | b"mercoledi" | b"giovedi" | b"venerdi" | b"domenica" | b"gio"
            // Dutch.
            | b"maandag" | b"dinsdag" | b"woensdag" | b"donderdag" | b"vrijdag" | b"zaterdag" | b"zondag"
            | b"ma" | b"wo" | b"vr" | b"za" | b"zo"
            // Portuguese: `segunda-feira`.
            | b"segunda" | b"terca" | b"quarta" | b"quinta" | b"sexta" | b"feira"
            | b"seg" | b"ter" | b"qua" | b"qui" | b"sex"
    )
}

/// Words between the parts of a date and before its time: `5 de marzo`, `March 5th`, `5. März um 15:45 Uhr`.
pub(super) fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "de", "del", "of", "the", "den", "le", "st", "nd", "rd", "th", "er", "º", "г", "at", "um", "à", "om", "kl",
        "uhr",
    ];
    FILLERS.iter().any(|filler| word.eq_ignore_ascii_case(filler))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_of_every_language() {
        for (number, names) in [
            (1, "January Januar Jänner janvier janv enero gennaio januari janeiro JAN"),
            (2, "February Februar février févr fevrier febrero febbraio februari fevereiro fev"),
            (3, "March März Ma\u{308}rz Maerz Mrz mars marzo maart mrt março marco"),
            (4, "April avril avr abril abr aprile"),
            (5, "May Mai mayo maggio mag mei maio"),
            (6, "June Juni juin junio giugno giu junho"),
            (7, "July Juli juillet juil julio luglio lug julho"),
            (8, "August août aout agosto ago augustus"),
            (9, "September sept septembre septiembre settembre set setembro"),
            (10, "October Oktober okt octobre octubre ottobre ott outubro out"),
            (11, "November novembre noviembre novembro nov"),
            (12, "December Dezember dez décembre déc diciembre dic dicembre dezembro"),
        ] {
            for name in names.split(' ') {
                assert_eq!(month(name), Some(number), "{name}");
                assert!(name.eq_ignore_ascii_case("mar") || !is_weekday(name), "{name}");
            }
        }
    }

    #[test]
    fn words_that_are_no_month() {
        for word in ["", "Monday", "quatorze", "januaryjanuary", "Ян", "de"] {
            assert_eq!(month(word), None, "{word}");
        }
        assert!(is_weekday("Sábado") && is_weekday("Di") && is_filler("DE") && !is_filler("marzo"));
    }
}

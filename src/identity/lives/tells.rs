//! Lives in number: how many are in use at the same time, and what that says. Every pass sorts once, so that any number of
//! records is judged in the time that it takes to sort them.

use std::collections::HashMap;

use crate::console::Console;
use crate::identity::keys::Kind;
use crate::time::DAY;

/// What two lives may overlap by at each end: the old record is still heard of while the new one is made.
const MARGIN: i64 = DAY * 3 / 2;
/// Moments so near each other are of one time.
pub(super) const NEAR: i64 = 7 * DAY;
/// So many names at once are no hand-over from one enrolment to the next.
pub(super) const SEVERAL: usize = 3;
/// More records than this, of which nobody knows when they were made, are told apart by nothing.
pub(super) const MOST_UNDATED: usize = 4;

/// When an object was in use; a moment where both ends are one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Life {
    pub from: i64,
    pub to: i64,
    /// Numbers of its name and its user, 0 where there is none.
    pub name: u128,
    pub user: u128,
}

impl Life {
    /// A life of which the first and the last sign are known, and who it is of; 0 where that is not known.
    pub(super) fn new(from: i64, to: i64, name: u128, user: u128) -> Self {
        let margin = MARGIN.min((to - from) / 4);
        Self { from: from + margin, to: to - margin, name, user }
    }

    pub(super) const fn is_moment(&self) -> bool {
        self.from == self.to
    }
}

/// What lives say of the records that have them.
pub(super) enum Tells {
    OneDevice,
    Doubt,
    /// So many of them at the same time.
    Copies(usize),
}

/// How many differently named objects of one machine may be in use at the same time before they are copies.
///
/// A machine has one serial number and one registration, but it may have two objects in Entra ID, and use both.
pub(super) const fn most_at_once(kind: Kind) -> usize {
    if matches!(kind, Kind::HardwareId | Kind::AutopilotId) { 2 } else { 1 }
}

/// How many users and how many objects of one name one device may have at the same time: Google lists a device once for
/// each account on it.
pub(super) fn side_by_side(console: Console) -> (usize, usize) {
    if console.lists_accounts() { (MOST_UNDATED, MOST_UNDATED) } else { (1, SEVERAL - 1) }
}

/// What lives say: `most` may be in use at the same time under different names, `users` and `objects` under one.
pub(super) fn tells(lives: &[Life], most: usize, (users, objects): (usize, usize)) -> Tells {
    let name = |_: usize, life: &Life| life.name;
    let user = |_: usize, life: &Life| life.user;
    let user_or_name = |_: usize, life: &Life| if life.user == 0 { life.name } else { life.user };
    let each = |at: usize, _: &Life| at as u128 + 1;
    let (named, named_near) = (at_once(lives, name), near(lives, name));
    if named > most || named_near >= SEVERAL {
        return Tells::Copies(named.max(named_near));
    }
    let moments = lives.iter().filter(|life| life.is_moment()).count();
    let doubt = named > 1
        || at_once(lives, user) > users
        || at_once(lives, each) > objects
        || (named_near > 1 && near(lives, user_or_name) > 1)
        || (moments > MOST_UNDATED && (near(lives, each) > MOST_UNDATED || kinds(lives, user_or_name) > MOST_UNDATED));
    if doubt { Tells::Doubt } else { Tells::OneDevice }
}

/// The most of them at the same time; `who` numbers them, and 0 is nobody.
fn at_once(lives: &[Life], who: impl Fn(usize, &Life) -> u128) -> usize {
    const END: u8 = 0;
    const MOMENT: u8 = 1;
    const START: u8 = 2;
    let mut turns: Vec<(i64, u8, u128)> = Vec::with_capacity(lives.len() * 2);
    for (at, life) in lives.iter().enumerate() {
        match who(at, life) {
            0 => {}
            who if life.is_moment() => turns.push((life.from, MOMENT, who)),
            who => turns.extend([(life.from, START, who), (life.to, END, who)]),
        }
    }
    turns.sort_unstable();
    let mut now: HashMap<u128, usize> = HashMap::new();
    let mut most = usize::from(!turns.is_empty());
    for (_, turn, who) in turns {
        match turn {
            START => *now.entry(who).or_default() += 1,
            END => leave(&mut now, who),
            _ if !now.contains_key(&who) => most = most.max(now.len() + 1),
            _ => {}
        }
        most = most.max(now.len());
    }
    most
}

/// The most moments within days of each other, as in [`at_once`].
fn near(lives: &[Life], who: impl Fn(usize, &Life) -> u128) -> usize {
    let moments = lives.iter().enumerate().filter(|(_, life)| life.is_moment());
    let mut moments: Vec<(i64, u128)> =
        moments.map(|(at, life)| (life.to, who(at, life))).filter(|(_, who)| *who != 0).collect();
    moments.sort_unstable();
    let mut now: HashMap<u128, usize> = HashMap::new();
    let mut most = 0;
    let mut first = moments.iter().peekable();
    for (time, who) in &moments {
        *now.entry(*who).or_default() += 1;
        while let Some((_, gone)) = first.next_if(|(early, _)| time - early > NEAR) {
            leave(&mut now, *gone);
        }
        most = most.max(now.len());
    }
    most
}

/// How many there are of whom only a moment is known.
fn kinds(lives: &[Life], who: impl Fn(usize, &Life) -> u128) -> usize {
    let moments = lives.iter().enumerate().filter(|(_, life)| life.is_moment());
    let mut all: Vec<u128> = moments.map(|(at, life)| who(at, life)).filter(|who| *who != 0).collect();
    all.sort_unstable();
    all.dedup();
    all.len()
}

fn leave(now: &mut HashMap<u128, usize>, who: u128) {
    if let Some(count) = now.get_mut(&who) {
        *count -= 1;
        if *count == 0 {
            now.remove(&who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::keys::number;

    /// Lives as name, user, first and last day; without a first day only the last is known.
    fn verdict(most: usize, lives: &[(&str, &str, Option<i64>, i64)]) -> &'static str {
        let word = |text: &str| if text.is_empty() { 0 } else { number(text) };
        let one = |(name, user, from, to): &(&str, &str, Option<i64>, i64)| {
            let (from, to) = (from.unwrap_or(*to) * DAY, to * DAY);
            Life::new(from, to, word(name), word(user))
        };
        let mut lives: Vec<Life> = lives.iter().map(one).collect();
        let said = |lives: &[Life]| match tells(lives, most, side_by_side(Console::Intune)) {
            Tells::OneDevice => "one",
            Tells::Doubt => "doubt",
            Tells::Copies(_) => "copies",
        };
        let first = said(&lives);
        for _ in 0..lives.len() {
            lives.rotate_left(1);
            assert_eq!(said(&lives), first);
        }
        first
    }

    #[test]
    fn lives_that_follow_one_another_are_one_device() {
        let seven: Vec<_> = (0..7).map(|n| ("ipad", "lab", Some(n * 60), n * 60 + 50)).collect();
        assert_eq!(verdict(1, &seven), "one");
        let names = ["a", "b", "c", "d", "e", "f"];
        let renamed: Vec<_> = names.iter().zip(0..).map(|(name, n)| (*name, "", Some(n * 60), n * 60 + 62)).collect();
        assert_eq!(verdict(1, &renamed), "one", "the old record is heard of for two days more");
        assert_eq!(
            verdict(1, &[("pc", "", Some(0), 100), ("pc", "", Some(60), 200)]),
            "one",
            "the old one checks in on"
        );
        assert_eq!(verdict(1, &[("old", "", None, 10), ("new", "", None, 300)]), "one", "no date of enrolment");
        assert_eq!(verdict(1, &[("a", "ada", None, 299), ("b", "ada", None, 300)]), "one", "the user's device");
    }

    #[test]
    fn lives_at_the_same_time_under_different_names_are_copies() {
        assert_eq!(verdict(1, &[("a", "", Some(0), 300), ("b", "", Some(30), 301)]), "copies");
        assert_eq!(
            verdict(1, &[("a", "", Some(0), 300), ("b", "", None, 200)]),
            "copies",
            "seen amid the other's life"
        );
        let pool: Vec<_> = ["a", "b", "c"].iter().map(|name| (*name, "", Some(300), 301)).collect();
        assert_eq!(verdict(1, &pool), "copies", "desktops of one day");
        let undated: Vec<_> = ["a", "b", "c"].iter().zip(298..).map(|(name, to)| (*name, "", None, to)).collect();
        assert_eq!(verdict(1, &undated), "copies");
        let many: Vec<_> = ["a", "b", "c"].iter().map(|name| (*name, "", Some(0), 300)).collect();
        assert_eq!(verdict(2, &many), "copies");
        assert_eq!(verdict(2, &many[1..]), "doubt", "two objects of one machine may both be in use");
    }

    #[test]
    fn what_nobody_can_tell_is_in_doubt() {
        assert_eq!(verdict(1, &[("a", "", None, 299), ("b", "", None, 300)]), "doubt");
        assert_eq!(verdict(1, &[("ipad", "ada", Some(0), 300), ("ipad", "bob", Some(30), 301)]), "doubt", "two users");
        let same: Vec<_> = (0..3).map(|n| ("ipad", "", Some(n), 300)).collect();
        assert_eq!(verdict(1, &same), "doubt", "three enrolments of one name live on");
        let names = ["a", "b", "c", "d", "e"];
        let undated: Vec<_> = names.iter().zip(0..).map(|(name, n)| (*name, "", None, n * 60)).collect();
        assert_eq!(verdict(1, &undated), "doubt", "no date, no name and no user in common");
        let of_one_user: Vec<_> = names.iter().zip(0..).map(|(name, n)| (*name, "lab", None, n * 60)).collect();
        assert_eq!(verdict(1, &of_one_user), "one");
    }
}

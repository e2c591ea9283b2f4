//! Digests of files, made beside what is made of them: without instructions for SHA-256, digesting a list takes as long as reading
//! it does.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use sha2::{Digest, Sha256};

/// Pieces that wait for their digest at most; they are copies, and may not be as many as the list has.
const MOST_WAITING: usize = 256;

/// The SHA-256 of bytes that come one piece after the other.
#[derive(Debug)]
pub(super) enum Digesting {
    /// Digested as they come: few bytes.
    Here(Box<Sha256>),
    /// Another thread digests them.
    Beside(SyncSender<Vec<u8>>, JoinHandle<String>),
}

impl Digesting {
    /// For so many bytes. A thread is worth its while for `large` ones.
    pub(super) fn of(bytes: u64, large: u64) -> Self {
        let here = || Self::Here(Box::default());
        if bytes < large {
            return here();
        }
        let (sender, receiver) = sync_channel::<Vec<u8>>(MOST_WAITING);
        let digest = move || {
            let mut digest = Sha256::new();
            for piece in receiver {
                digest.update(&piece);
            }
            crate::read::hex(&digest.finalize())
        };
        Builder::new().spawn(digest).map_or_else(|_| here(), |thread| Self::Beside(sender, thread))
    }

    /// The next piece.
    pub(super) fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Here(digest) => digest.update(piece),
            // It takes pieces until there are no more.
            Self::Beside(sender, _) => drop(sender.send(piece.to_vec())),
        }
    }

    /// There are no more.
    pub(super) fn end(self) -> Sum {
        match self {
            Self::Here(digest) => Sum(Kept::Made(crate::read::hex(&digest.finalize()))),
            Self::Beside(_, thread) => Sum(Kept::Coming(thread)),
        }
    }
}

/// The SHA-256 of a file as it lies on disk, in hex, which may still be on its way.
#[derive(Debug)]
pub struct Sum(Kept);

#[derive(Debug)]
enum Kept {
    Made(String),
    Coming(JoinHandle<String>),
}

impl Sum {
    /// Waits for it.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) when it could not be made.
    pub fn finish(self) -> crate::error::Result<String> {
        match self.0 {
            Kept::Made(sum) => Ok(sum),
            Kept::Coming(thread) => {
                thread.join().map_err(|_| crate::error::Error::Internal("a file could not be digested".into()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_same_wherever_it_is_made() {
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let sum = |large| {
            let mut digesting = Digesting::of(bytes.len() as u64, large);
            assert_eq!(matches!(digesting, Digesting::Beside(..)), large == 0);
            bytes.chunks(777).for_each(|piece| digesting.update(piece));
            digesting.end().finish().unwrap()
        };
        assert_eq!(sum(0), sum(u64::MAX));
        assert_eq!(sum(0), crate::read::hex(&Sha256::digest(&bytes)));
    }
}

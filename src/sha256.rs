//! SHA-256 of whole lists, fast also on processors that have no instructions for it.
//!
//! Where there are some, `sha2` uses them. Where there are none, digesting what is read and written would take longer than
//! making it; so the words of several blocks are prepared side by side there, which the compiler does in vector registers
//! that every processor has. The end of a message always goes through `sha2`.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

/// Blocks whose words are prepared together: what fills a vector register.
const LANES: usize = 4;
/// Bytes of a block.
const BLOCK: usize = 64;
/// Bytes of the blocks that are prepared together.
const STRIDE: usize = LANES * BLOCK;
/// Rounds that a block goes through.
const ROUNDS: usize = 64;

/// The SHA-256 of bytes that come one piece after the other.
#[derive(Clone, Debug)]
pub struct Sum(Way);

#[derive(Clone, Debug)]
enum Way {
    /// With the processor's own instructions.
    Own(Sha256),
    /// By arithmetic.
    Arithmetic(Box<Strides>),
}

impl Default for Sum {
    fn default() -> Self {
        Self(if has_instructions() { Way::Own(Sha256::new()) } else { Way::Arithmetic(Box::default()) })
    }
}

impl Sum {
    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.0 {
            Way::Own(sum) => sum.update(piece),
            Way::Arithmetic(strides) => strides.update(piece),
        }
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        match self.0 {
            Way::Own(sum) => sum.finalize().into(),
            Way::Arithmetic(strides) => strides.finish(),
        }
    }
}

/// Whether `sha2` finds instructions for SHA-256; on processors of other kinds it is trusted to do its best.
fn has_instructions() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return std::arch::is_x86_feature_detected!("sha") && std::arch::is_x86_feature_detected!("sse4.1");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    true
}

/// Bytes in strides of several blocks.
#[derive(Clone, Debug)]
struct Strides {
    state: [u32; 8],
    /// Bytes since the last whole stride.
    open: Vec<u8>,
    /// Bytes so far.
    length: u64,
}

impl Default for Strides {
    fn default() -> Self {
        // The square roots of the first eight primes: their fractions.
        let state =
            [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
        Self { state, open: Vec::with_capacity(STRIDE), length: 0 }
    }
}

impl Strides {
    fn update(&mut self, mut piece: &[u8]) {
        self.length += piece.len() as u64;
        if !self.open.is_empty() {
            let (first, rest) = piece.split_at(piece.len().min(STRIDE - self.open.len()));
            self.open.extend_from_slice(first);
            piece = rest;
            let Some(stride) = self.open.as_array() else { return };
            compress(&mut self.state, stride);
            self.open.clear();
        }
        let (strides, rest) = piece.as_chunks();
        for stride in strides {
            compress(&mut self.state, stride);
        }
        self.open.extend_from_slice(rest);
    }

    /// Behind the bytes stand a bit, zeros up to the end of a block, and how many bits there are.
    fn finish(mut self) -> [u8; 32] {
        self.open.push(0x80);
        let whole = (self.open.len() + size_of::<u64>()).next_multiple_of(BLOCK);
        self.open.resize(whole - size_of::<u64>(), 0);
        self.open.extend_from_slice(&(self.length * 8).to_be_bytes());
        compress256(&mut self.state, self.open.as_chunks().0);
        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        digest
    }
}

/// The words of the blocks of a stride: the first of each, then the second of each, and so on.
type Words = [u32; ROUNDS * LANES];

/// Takes the blocks of a stride into the state.
fn compress(state: &mut [u32; 8], stride: &[u8; STRIDE]) {
    let words = words(stride);
    for lane in 0..LANES {
        let mut work = *state;
        // Eight rounds put every number back to where it was.
        for eight in words.as_chunks::<{ 8 * LANES }>().0 {
            for of_round in eight.as_chunks::<LANES>().0 {
                if let Some(word) = of_round.get(lane) {
                    round(&mut work, *word);
                }
            }
        }
        for (sum, work) in state.iter_mut().zip(work) {
            *sum = sum.wrapping_add(work);
        }
    }
}

/// Prepares the words of a stride, each with the constant of its round. One loop over the words of all blocks: so the compiler
/// makes several at once.
#[expect(clippy::indexing_slicing, reason = "every place is a constant away from one that the loop bounds")]
fn words(stride: &[u8; STRIDE]) -> Words {
    let mut words: Words = [0; ROUNDS * LANES];
    for (lane, block) in stride.as_chunks::<BLOCK>().0.iter().enumerate() {
        for (at, word) in block.as_chunks().0.iter().enumerate() {
            words[at * LANES + lane] = u32::from_be_bytes(*word);
        }
    }
    for at in 16 * LANES..ROUNDS * LANES {
        let (near, far) = (words[at - 2 * LANES], words[at - 15 * LANES]);
        let near = near.rotate_right(17) ^ near.rotate_right(19) ^ (near >> 10);
        let far = far.rotate_right(7) ^ far.rotate_right(18) ^ (far >> 3);
        words[at] = words[at - 16 * LANES].wrapping_add(far).wrapping_add(words[at - 7 * LANES]).wrapping_add(near);
    }
    for (word, constant) in words.iter_mut().zip(&CONSTANTS) {
        *word = word.wrapping_add(*constant);
    }
    words
}

#[inline]
fn round(work: &mut [u32; 8], word: u32) {
    let [a, b, c, d, e, f, g, h] = *work;
    let choice = g ^ (e & (f ^ g));
    let of_e = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
    let sum = h.wrapping_add(word).wrapping_add(choice).wrapping_add(of_e);
    let majority = (a & b) | (c & (a | b));
    let of_a = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
    *work = [sum.wrapping_add(majority).wrapping_add(of_a), a, b, c, d.wrapping_add(sum), e, f, g];
}

/// The constant of each round, once for every block.
const CONSTANTS: Words = constants();

#[allow(clippy::indexing_slicing, reason = "made when the program is compiled")]
const fn constants() -> Words {
    let mut constants = [0; ROUNDS * LANES];
    let mut at = 0;
    while at < constants.len() {
        constants[at] = OF_ROUND[at / LANES];
        at += 1;
    }
    constants
}

/// The cube roots of the first 64 primes: their fractions.
const OF_ROUND: [u32; ROUNDS] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5, //
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174, //
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da, //
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967, //
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85, //
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070, //
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3, //
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_arithmetic(pieces: &[Vec<u8>]) -> [u8; 32] {
        let mut strides = Strides::default();
        pieces.iter().for_each(|piece| strides.update(piece));
        strides.finish()
    }

    #[test]
    fn every_length_near_the_end_of_a_block_or_a_stride_is_digested_as_the_crate_does() {
        let bytes: Vec<u8> = (0..2 * STRIDE + BLOCK).map(|at| u8::try_from(at % 251).unwrap()).collect();
        for length in 0..bytes.len() {
            let bytes = &bytes[..length];
            let expected: [u8; 32] = Sha256::digest(bytes).into();
            assert_eq!(by_arithmetic(&[bytes.to_vec()]), expected, "{length}");
            let mut sum = Sum::default();
            sum.update(bytes);
            assert_eq!(sum.finish(), expected, "{length}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_digested_as_the_crate_does(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..700), 0..8)
        ) {
            prop_assert_eq!(by_arithmetic(&pieces), <[u8; 32]>::from(Sha256::digest(pieces.concat())));
        }
    }
}

//! From password to tag (RFC 9106, sections 3.2 and 3.3).

use blake2::{
    Blake2bVarCore,
    digest::{
        array::Array,
        block_api::{UpdateCore, VariableOutputCore},
        block_buffer::LazyBuffer,
    },
};
use fearless_simd::Level;
use zeroize::{Zeroize, Zeroizing};

use super::{Argon2Variant, MIN_OUTPUT_BYTES, MIN_SALT_BYTES, Parameters, block::Block, filling};

/// What is hashed.
#[derive(Clone, Copy, Default)]
pub(in crate::password) struct Inputs<'a> {
    pub(in crate::password) password: &'a [u8],
    pub(in crate::password) salt: &'a [u8],
    /// A key that is kept elsewhere.
    pub(in crate::password) secret: &'a [u8],
    /// Associated data.
    pub(in crate::password) data: &'a [u8],
}

/// Computes a tag of the length of `output` in this memory, on this thread, whatever the number of lanes.
///
/// `None` if Argon2 has no such tag.
pub(super) fn compute(
    level: Level,
    parameters: Parameters,
    inputs: Inputs<'_>,
    memory: &mut [Block],
    output: &mut [u8],
) -> Option<()> {
    let length = u32::try_from(output.len()).ok().filter(|_| output.len() >= MIN_OUTPUT_BYTES)?;
    if parameters.blocks() != Some(memory.len()) || parameters.passes == 0 || inputs.salt.len() < MIN_SALT_BYTES {
        return None;
    }
    let mut seed = Zeroizing::new([0; 64]);
    initial(parameters, inputs, length, &mut *seed)?;

    let lane_length = memory.len().checked_div(parameters.lanes as usize)?;
    for (lane, blocks) in (0_u32..).zip(memory.chunks_exact_mut(lane_length)) {
        for (index, block) in (0_u32..2).zip(blocks) {
            let mut bytes = Zeroizing::new([0; Block::BYTES]);
            long(&[&*seed, &index.to_le_bytes(), &lane.to_le_bytes()], &mut *bytes)?;
            for (word, bytes) in block.words_mut().iter_mut().zip(bytes.as_chunks().0) {
                *word = u64::from_le_bytes(*bytes);
            }
        }
    }

    filling::fill(level, memory, parameters);

    let mut last = Zeroizing::new([0; Block::BYTES]);
    for block in memory.chunks_exact(lane_length).filter_map(<[Block]>::last) {
        for (bytes, word) in last.as_chunks_mut().0.iter_mut().zip(block.words()) {
            *bytes = (u64::from_le_bytes(*bytes) ^ word).to_le_bytes();
        }
    }
    long(&[&*last], output)
}

/// `H0`.
fn initial(parameters: Parameters, inputs: Inputs<'_>, length: u32, output: &mut [u8]) -> Option<()> {
    let Parameters { variant, version, memory_kib, passes, lanes } = parameters;
    let variant = match variant {
        Argon2Variant::D => 0,
        Argon2Variant::I => 1,
        Argon2Variant::Id => 2,
    };
    let numbers = [lanes, length, memory_kib, passes, version, variant].map(u32::to_le_bytes);
    let inputs = [inputs.password, inputs.salt, inputs.secret, inputs.data];
    let mut parts = vec![numbers.as_flattened()];
    let mut lengths = [[0; 4]; 4];
    for (bytes, input) in lengths.iter_mut().zip(inputs) {
        *bytes = u32::try_from(input.len()).ok()?.to_le_bytes();
    }
    parts.extend(lengths.iter().zip(inputs).flat_map(|(length, input)| [length.as_slice(), input]));
    short(&parts, output)
}

/// `H'`: a digest of any length.
fn long(parts: &[&[u8]], mut output: &mut [u8]) -> Option<()> {
    let length = u32::try_from(output.len()).ok()?.to_le_bytes();
    let parts = [&[length.as_slice()], parts].concat();
    if output.len() <= 64 {
        return short(&parts, output);
    }
    let mut digest = Zeroizing::new([0; 64]);
    short(&parts, &mut *digest)?;
    loop {
        let (done, rest) = output.split_first_chunk_mut::<32>()?;
        done.copy_from_slice(digest.first_chunk::<32>()?);
        output = rest;
        let previous = digest.clone();
        if output.len() <= 64 {
            return short(&[&*previous], output);
        }
        short(&[&*previous], &mut *digest)?;
    }
}

/// BLAKE2b with an output of up to 64 bytes.
fn short(parts: &[&[u8]], output: &mut [u8]) -> Option<()> {
    let mut core = Blake2bVarCore::new(output.len()).ok()?;
    let mut buffer = LazyBuffer::default();
    for part in parts {
        buffer.digest_blocks(part, |blocks| core.update_blocks(blocks));
    }
    let mut digest = Array::default();
    core.finalize_variable_core(&mut buffer, &mut digest);
    output.copy_from_slice(digest.get(..output.len())?);
    digest.as_mut_slice().zeroize();
    Some(())
}

#[cfg(test)]
mod tests {
    use ::argon2 as oracle;
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::password::levels::levels;

    fn tag(level: Level, parameters: Parameters, inputs: Inputs<'_>, length: usize) -> Option<Vec<u8>> {
        let mut output = vec![0; length];
        // What the hash before it left must not matter.
        let mut left = Block::ZERO;
        left.words_mut().fill(7);
        compute(level, parameters, inputs, &mut vec![left; parameters.blocks()?], &mut output).map(|()| output)
    }

    fn expected(parameters: Parameters, inputs: Inputs<'_>, length: usize) -> Vec<u8> {
        let Parameters { variant, version, memory_kib, passes, lanes } = parameters;
        let algorithm = match variant {
            Argon2Variant::D => oracle::Algorithm::Argon2d,
            Argon2Variant::I => oracle::Algorithm::Argon2i,
            Argon2Variant::Id => oracle::Algorithm::Argon2id,
        };
        let mut params = oracle::ParamsBuilder::new();
        params.m_cost(memory_kib).t_cost(passes).p_cost(lanes).output_len(length);
        params.data(oracle::AssociatedData::new(inputs.data).unwrap());
        let version = version.try_into().unwrap();
        let argon2 =
            oracle::Argon2::new_with_secret(inputs.secret, algorithm, version, params.build().unwrap()).unwrap();
        let mut output = vec![0; length];
        argon2.hash_password_into(inputs.password, inputs.salt, &mut output).unwrap();
        output
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        #[test]
        fn every_tag_is_that_of_another_implementation(
            variant in prop_oneof![Just(Argon2Variant::D), Just(Argon2Variant::I), Just(Argon2Variant::Id)],
            version in prop_oneof![Just(16), Just(19)],
            (lanes, memory_kib) in (1_u32..6).prop_flat_map(|lanes| (Just(lanes), 8 * lanes..8 * lanes + 1_200)),
            passes in 1_u32..4,
            length in prop_oneof![4_usize..130, Just(1_024)],
            password in vec(any::<u8>(), 0..200),
            salt in vec(any::<u8>(), 8..140),
            secret in vec(any::<u8>(), 0..140),
            data in vec(any::<u8>(), 0..32),
        ) {
            let parameters = Parameters { variant, version, memory_kib, passes, lanes };
            let inputs = Inputs { password: &password, salt: &salt, secret: &secret, data: &data };
            let expected = Some(expected(parameters, inputs, length));
            for level in levels() {
                let tag = tag(level, parameters, inputs, length);
                prop_assert_eq!(&tag, &expected, "{:?}", level);
            }
        }
    }

    /// RFC 9106, section 5.
    #[test]
    fn the_tags_of_the_specification() {
        let inputs = Inputs { password: &[1; 32], salt: &[2; 16], secret: &[3; 8], data: &[4; 12] };
        for (variant, expected) in [
            (Argon2Variant::D, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb"),
            (Argon2Variant::I, "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8"),
            (Argon2Variant::Id, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"),
        ] {
            let parameters = Parameters { variant, version: 19, memory_kib: 32, passes: 3, lanes: 4 };
            for level in levels() {
                let tag = tag(level, parameters, inputs, 32).unwrap();
                assert_eq!(hex(&tag), expected, "{variant:?} {level:?}");
            }
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    #[test]
    fn what_argon2_does_not_allow_has_no_tag() {
        let good = Parameters { variant: Argon2Variant::Id, version: 19, memory_kib: 8, passes: 1, lanes: 1 };
        let inputs = Inputs { salt: &[0; 8], ..Inputs::default() };
        let tag = |parameters, inputs, length| tag(Level::new(), parameters, inputs, length);
        assert!(tag(good, inputs, 4).is_some());
        assert!(tag(good, inputs, 3).is_none());
        assert!(tag(good, Inputs { salt: &[0; 7], ..inputs }, 4).is_none());
        for bad in [
            Parameters { passes: 0, ..good },
            Parameters { lanes: 0, ..good },
            Parameters { lanes: 2, ..good },
            Parameters { lanes: 1 << 24, memory_kib: 1 << 27, ..good },
            Parameters { memory_kib: 7, ..good },
        ] {
            assert!(tag(bad, inputs, 4).is_none(), "{bad:?}");
        }
        let mut short = [Block::ZERO; 7];
        assert!(compute(Level::new(), good, inputs, &mut short, &mut [0; 4]).is_none());
    }
}

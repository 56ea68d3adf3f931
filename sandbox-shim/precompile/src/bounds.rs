//! What a stranger's component may consist of, so that compiling it takes moderate time whatever
//! it is.
//!
//! Time must not decide whether a bot is accepted, because machines differ; counting does not. The
//! bounds are far above what compilers of real languages make of a source of some hundred
//! kilobytes. Pure: bytes in, a verdict out, the same everywhere.

use wasmparser::{BinaryReaderError, FunctionBody, Operator, Parser, Payload, TypeSectionReader};

/// Most bytes of one function: the compiler takes more than twice as long for one of twice the size.
const FUNCTION_BYTES_MAX: usize = 64 << 10;
/// Most local variables of one function.
const LOCALS_MAX: u64 = 4_000;
/// Most parameters of one function of a core module.
const PARAMETERS_MAX: u64 = 48;
/// Most results of one function or block: an instruction of two bytes can make them all.
const RESULTS_MAX: u64 = 4;
/// Most entries of all sections together: functions, types, imports, exports, segments, …
const ENTRIES_MAX: u64 = 50_000;
/// Most functions of all core modules together.
const FUNCTIONS_MAX: u64 = 15_000;
/// Most core modules, and most instances of them.
const MODULES_MAX: u64 = 32;
/// Most that all functions together may weigh; see [`weight`].
const WEIGHT_MAX: u64 = 8_000_000;

/// The component is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutOfBounds {
    /// It is damaged.
    #[error("it is no valid component: {0}")]
    Damaged(String),
    /// More of something than there may be.
    #[error("it has {has} {what}; at most {most} are allowed")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        has: u64,
        /// How many there may be.
        most: u64,
    },
    /// Code in an inner component would be joined with code that wasmtime makes.
    #[error("a component within it has code of its own; only the outermost may")]
    InnerCode,
}

impl From<BinaryReaderError> for OutOfBounds {
    fn from(error: BinaryReaderError) -> OutOfBounds {
        OutOfBounds::Damaged(error.to_string())
    }
}

/// Checks all bounds.
///
/// # Errors
/// The first one that is passed, in the order of the bytes.
pub(crate) fn check(wasm: &[u8]) -> Result<(), OutOfBounds> {
    let mut census = Census::default();
    for payload in Parser::new(0).parse_all(wasm) {
        census.count(&payload?)?;
    }
    Ok(())
}

#[derive(Default)]
struct Census {
    /// Whether each of the binaries that enclose the current place is a component.
    enclosing: Vec<bool>,
    entries: u64,
    functions: u64,
    modules: u64,
    instances: u64,
    weight: u64,
}

impl Census {
    fn count(&mut self, payload: &Payload<'_>) -> Result<(), OutOfBounds> {
        match payload {
            Payload::Version { encoding, .. } => {
                self.enclosing.push(matches!(encoding, wasmparser::Encoding::Component));
            }
            Payload::End(_) => drop(self.enclosing.pop()),
            Payload::ModuleSection { .. } => {
                self.outermost()?;
                add(&mut self.modules, 1_u32, MODULES_MAX, "core modules")?;
            }
            Payload::InstanceSection(section) => {
                self.outermost()?;
                add(&mut self.instances, section.count(), MODULES_MAX, "instances of core modules")?;
            }
            Payload::FunctionSection(section) => {
                add(&mut self.functions, section.count(), FUNCTIONS_MAX, "functions")?;
            }
            Payload::TypeSection(section) => signatures(section.clone())?,
            Payload::CodeSectionEntry(body) => {
                add(&mut self.weight, weight(body)?, WEIGHT_MAX, "units of work to compile")?;
            }
            _ => {}
        }
        add(&mut self.entries, entries(payload), ENTRIES_MAX, "entries in its sections")
    }

    /// Only the outermost component has code.
    fn outermost(&self) -> Result<(), OutOfBounds> {
        let components = self.enclosing.iter().filter(|is_component| **is_component).count();
        if components > 1 { Err(OutOfBounds::InnerCode) } else { Ok(()) }
    }
}

/// Adds to a count that has a bound.
fn add(count: &mut u64, more: impl Into<u64>, most: u64, what: &'static str) -> Result<(), OutOfBounds> {
    *count = count.saturating_add(more.into());
    at_most(*count, most, what)
}

fn at_most(has: u64, most: u64, what: &'static str) -> Result<(), OutOfBounds> {
    if has > most { Err(OutOfBounds::TooMany { what, has, most }) } else { Ok(()) }
}

/// How many entries a section has.
fn entries(payload: &Payload<'_>) -> u64 {
    let count = match payload {
        Payload::TypeSection(section) => section.count(),
        Payload::ImportSection(section) => section.count(),
        Payload::FunctionSection(section) => section.count(),
        Payload::TableSection(section) => section.count(),
        Payload::MemorySection(section) => section.count(),
        Payload::TagSection(section) => section.count(),
        Payload::GlobalSection(section) => section.count(),
        Payload::ExportSection(section) => section.count(),
        Payload::ElementSection(section) => section.count(),
        Payload::DataSection(section) => section.count(),
        Payload::InstanceSection(section) => section.count(),
        Payload::CoreTypeSection(section) => section.count(),
        Payload::ComponentInstanceSection(section) => section.count(),
        Payload::ComponentAliasSection(section) => section.count(),
        Payload::ComponentTypeSection(section) => section.count(),
        Payload::ComponentCanonicalSection(section) => section.count(),
        Payload::ComponentImportSection(section) => section.count(),
        Payload::ComponentExportSection(section) => section.count(),
        Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => 1,
        _ => 0,
    };
    count.into()
}

fn signatures(section: TypeSectionReader<'_>) -> Result<(), OutOfBounds> {
    for group in section {
        for ty in group?.types() {
            if let wasmparser::CompositeInnerType::Func(function) = &ty.composite_type.inner {
                at_most(function.params().len() as u64, PARAMETERS_MAX, "parameters of one function")?;
                at_most(function.results().len() as u64, RESULTS_MAX, "results of one function")?;
            }
        }
    }
    Ok(())
}

/// What a function weighs: its bytes, and for each block and each branch what the compiler may have
/// to carry of each local variable across the border.
fn weight(body: &FunctionBody<'_>) -> Result<u64, OutOfBounds> {
    let bytes = body.range().len();
    at_most(bytes as u64, FUNCTION_BYTES_MAX as u64, "bytes in one function")?;
    let mut locals = 0;
    for group in body.get_locals_reader()? {
        add(&mut locals, group?.0, LOCALS_MAX, "local variables in one function")?;
    }
    let mut borders = 0_u64;
    for operator in body.get_operators_reader()? {
        borders = borders.saturating_add(borders_of(&operator?));
    }
    Ok((bytes as u64).saturating_add(borders.saturating_mul(locals + PARAMETERS_MAX)))
}

/// How many borders between blocks an instruction makes or crosses.
fn borders_of(operator: &Operator<'_>) -> u64 {
    match operator {
        Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => 1,
        Operator::Br { .. } | Operator::BrIf { .. } | Operator::Else => 1,
        Operator::BrTable { targets } => u64::from(targets.len()) + 1,
        _ => 0,
    }
}

//! `command-center`: see `cli` for what it takes and `app` for how the parts come together.

use std::process::ExitCode;

// Sockets and batches allocate in bursts; the system's allocator keeps what they leave.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    command_center::cli::main()
}

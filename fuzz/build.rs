//! Links libFuzzer where fuzz/run says that it lies.

fn main() {
    println!("cargo:rerun-if-env-changed=LASTSEEN_LIBFUZZER");
    if let Ok(archive) = std::env::var("LASTSEEN_LIBFUZZER") {
        println!("cargo:rustc-link-arg-bins={archive}");
        println!("cargo:rustc-link-arg-bins=-lstdc++");
    }
}

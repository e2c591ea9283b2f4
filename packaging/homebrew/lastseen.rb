class Lastseen < Formula
  desc "Find stale and misaligned device records across console exports, offline"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@FILES@/lastseen-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256 lastseen-@VERSION@-aarch64-apple-darwin.tar.gz@"
    end
    on_intel do
      url "@FILES@/lastseen-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256 lastseen-@VERSION@-x86_64-apple-darwin.tar.gz@"
    end
  end
  on_linux do
    on_arm do
      url "@FILES@/lastseen-@VERSION@-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256 lastseen-@VERSION@-aarch64-unknown-linux-gnu.tar.gz@"
    end
    on_intel do
      url "@FILES@/lastseen-@VERSION@-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256 lastseen-@VERSION@-x86_64-unknown-linux-gnu.tar.gz@"
    end
  end

  def install
    bin.install "lastseen"
    man1.install Dir["man/*.1"]
    doc.install "README.md", "docs", "sample-data"
    bash_completion.install "completions/lastseen.bash" => "lastseen"
    zsh_completion.install "completions/_lastseen"
    fish_completion.install "completions/lastseen.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/lastseen --version")
    system bin/"lastseen", "rules", "check"
  end
end

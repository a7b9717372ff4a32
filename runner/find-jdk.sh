# Sourced by ./culvert and .ci/run: finds a JDK 25 and prints its folder, whatever `java` on the PATH is.
# A JDK says its version in its `release` file; reading it is quicker than starting each one.

culvert_is_jdk_25() {
  [ -x "$1/bin/javac" ] && [ -f "$1/release" ] && grep -q '^JAVA_VERSION="25[".]' "$1/release"
}

culvert_java_on_path() {
  local java
  java=$(command -v java) || return 0
  # Follow the links by hand: macOS has no `readlink -f`.
  while [ -L "$java" ]; do
    local target
    target=$(readlink "$java")
    case $target in
      /*) java=$target ;;
      *) java=$(dirname "$java")/$target ;;
    esac
  done
  dirname "$(dirname "$java")"
}

culvert_jdk_candidates() {
  printf '%s\n' "${CULVERT_JAVA_HOME:-}" "${JAVA25_HOME:-}" "${JAVA_HOME:-}" "$(culvert_java_on_path)"
  # Each pattern is a usual place of Linux distributions, macOS, SDKMAN, Homebrew, asdf, mise, jEnv or an IDE.
  local root="${CULVERT_JDK_SEARCH_ROOT:-}" pattern
  for pattern in \
    "$root/usr/lib/jvm/*" "$root/usr/lib64/jvm/*" "$root/usr/java/*" "$root/opt/java/*" "$root/opt/jdk*" "$root/opt/*jdk*" \
    "$root/usr/local/openjdk*" "$root/Library/Java/JavaVirtualMachines/*/Contents/Home" \
    "$root/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home" \
    "$root/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home" "$root/home/linuxbrew/.linuxbrew/opt/openjdk*/libexec" \
    "$HOME/Library/Java/JavaVirtualMachines/*/Contents/Home" "$HOME/.sdkman/candidates/java/*" \
    "$HOME/.asdf/installs/java/*" "$HOME/.local/share/mise/installs/java/*" "$HOME/.jdks/*" "$HOME/.jenv/versions/*"; do
    compgen -G "$pattern" || true
  done
}

culvert_find_jdk() {
  local candidate
  while IFS= read -r candidate; do
    if [ -n "$candidate" ] && culvert_is_jdk_25 "$candidate"; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done < <(culvert_jdk_candidates)
  echo "Culvert needs a JDK 25 and found none: install one (for example from https://adoptium.net) or set CULVERT_JAVA_HOME to its folder." >&2
  return 1
}

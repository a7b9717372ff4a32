package dev.culvert.tunnel.inspector;

import io.swagger.v3.oas.annotations.media.Schema;

/**
 * What the inspector keeps of a tunnel's requests.
 *
 * @param enabled whether anything is kept
 * @param bodies whether the beginnings of bodies are, too
 * @param bodyLimitBytes most that is kept of one body
 * @param requestsKept the latest requests that each replica keeps
 */
record SettingsResponse(
        boolean enabled,
        boolean bodies,
        @Schema(example = "65536") long bodyLimitBytes,
        @Schema(example = "100") int requestsKept) {}

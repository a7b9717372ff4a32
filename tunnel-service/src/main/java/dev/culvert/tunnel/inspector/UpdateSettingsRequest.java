package dev.culvert.tunnel.inspector;

import jakarta.validation.constraints.NotNull;

/**
 * What the inspector is to keep of a tunnel's requests.
 *
 * @param enabled whether anything; if not, what is kept goes
 * @param bodies whether the beginnings of bodies, too
 */
record UpdateSettingsRequest(
        @NotNull Boolean enabled, @NotNull Boolean bodies) {}

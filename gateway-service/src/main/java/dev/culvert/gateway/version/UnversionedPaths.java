package dev.culvert.gateway.version;

import java.time.LocalDate;

/**
 * When addresses without version go away.
 *
 * @param deprecatedSince day this was told
 * @param sunset first day they are refused
 */
public record UnversionedPaths(LocalDate deprecatedSince, LocalDate sunset) {}

package dev.culvert.proxy.proxy;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;

/**
 * A proxy to make.
 *
 * @param name unique among the caller's proxies; a segment of its public path, so without slashes
 */
record CreateProxyRequest(
        @Schema(example = "chat") @NotNull @Size(min = 1, max = 255) @Pattern(regexp = NAME, message = NAME_RULE)
        String name,

        @NotNull @Size(min = 1, max = MAX_TARGETS) List<@Valid @NotNull Target> targets) {

    static final int MAX_TARGETS = 16;

    /** No slash, backslash or control character, no blank at either end, neither {@code .} nor {@code ..}. */
    static final String NAME = "(?!\\.{1,2}$)(?!\\s)[^/\\\\\\p{Cntrl}]*(?<!\\s)";

    static final String NAME_RULE =
            "must have no slash, backslash or control character, must not begin or end with a blank, and not be . or ..";
}

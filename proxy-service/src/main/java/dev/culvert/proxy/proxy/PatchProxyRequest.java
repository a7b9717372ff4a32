package dev.culvert.proxy.proxy;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to change of a proxy: a field that is left out stays as it is (PATCH). */
record PatchProxyRequest(
        @Schema(example = "chat")
        @Size(min = 1, max = 255)
        @Pattern(regexp = CreateProxyRequest.NAME, message = CreateProxyRequest.NAME_RULE)
        @Nullable
        String name,

        @Size(min = 1, max = CreateProxyRequest.MAX_TARGETS) @Nullable
        List<@Valid @NotNull Target> targets) {}

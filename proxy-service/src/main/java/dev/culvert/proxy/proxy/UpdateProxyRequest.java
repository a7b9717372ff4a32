package dev.culvert.proxy.proxy;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;

/** What a proxy is to be (PUT). */
record UpdateProxyRequest(
        @Schema(example = "chat")
        @NotNull
        @Size(min = 1, max = 255)
        @Pattern(regexp = CreateProxyRequest.NAME, message = CreateProxyRequest.NAME_RULE)
        String name,

        @NotNull @Size(min = 1, max = CreateProxyRequest.MAX_TARGETS)
        List<@Valid @NotNull Target> targets) {}

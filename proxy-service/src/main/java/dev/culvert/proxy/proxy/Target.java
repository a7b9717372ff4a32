package dev.culvert.proxy.proxy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.swagger.v3.oas.annotations.media.DiscriminatorMapping;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Where a proxy's requests can go. The higher priority is tried first (requirement X-20), equals in their order. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Target.Tunnel.class, name = "tunnel"),
    @JsonSubTypes.Type(value = Target.Url.class, name = "url")
})
@Schema(
        oneOf = {Target.Tunnel.class, Target.Url.class},
        discriminatorProperty = "type",
        discriminatorMapping = {
            @DiscriminatorMapping(value = "tunnel", schema = Target.Tunnel.class),
            @DiscriminatorMapping(value = "url", schema = Target.Url.class)
        })
public sealed interface Target {
    int priority();

    /** What it is called in status answers and logs. */
    @JsonIgnore
    String label();

    /**
     * A tunnel, found by its name as the caller of a request sees it: their own first, then the tenant's. The caller
     * therefore needs the right to use tunnels.
     */
    @Schema(name = "TunnelTarget")
    record Tunnel(
            @Schema(example = "ollama") @NotBlank @Size(max = 255)
            String tunnel,

            @Schema(example = "10") @Min(-1000) @Max(1000) int priority)
            implements Target {
        @JsonCreator
        static Tunnel of(@JsonProperty("tunnel") String tunnel, @JsonProperty("priority") @Nullable Integer priority) {
            return new Tunnel(tunnel, priority == null ? 0 : priority);
        }

        @Override
        public String label() {
            return "tunnel:" + tunnel;
        }
    }

    /** An address on the internet; the request's path is put behind the address's own. */
    @Schema(name = "UrlTarget")
    record Url(
            @Schema(example = "https://models.example.com/v1") @NotNull @Size(max = 2000)
            String url,

            @Schema(example = "1") @Min(-1000) @Max(1000) int priority)
            implements Target {
        @JsonCreator
        static Url of(@JsonProperty("url") String url, @JsonProperty("priority") @Nullable Integer priority) {
            return new Url(url, priority == null ? 0 : priority);
        }

        @Override
        public String label() {
            return url;
        }
    }
}

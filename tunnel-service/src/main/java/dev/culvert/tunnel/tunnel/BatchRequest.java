package dev.culvert.tunnel.tunnel;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Several operations on tunnels, done in this order, each by itself. */
record BatchRequest(@NotNull @Size(min = 1, max = 50) List<@NotNull BatchOperation> operations) {

    /**
     * One of them. Checked when its turn comes, so that a mistake in it is no other's.
     *
     * @param id of the tunnel, for all but create
     * @param tunnel for create, and what is to change for update
     */
    record BatchOperation(
            @NotNull Kind operation,
            @Nullable UUID id,
            @Nullable PatchTunnelRequest tunnel) {}

    /** What can be done in a batch. */
    enum Kind {
        @JsonProperty("create")
        CREATE,
        @JsonProperty("get")
        GET,
        @JsonProperty("update")
        UPDATE,
        @JsonProperty("start")
        START,
        @JsonProperty("stop")
        STOP,
        @JsonProperty("delete")
        DELETE
    }
}

package dev.culvert.tunnel.tunnel;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The list of tunnels in both versions of the API, which differ here and only here (requirements R12.4, NF5.3). */
@RestController
@Tag(name = "Tunnels")
class TunnelLists {
    private final TunnelViews views;

    TunnelLists(TunnelViews views) {
        this.views = views;
    }

    @GetMapping("/api/v1/tunnels")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(summary = "List your tunnels", description = "Latest first; 50 a page unless asked, at most 1000.")
    Page<TunnelResponse> list(Caller caller, PageRequest page) {
        return views.list(caller, page);
    }

    @GetMapping("/api/v2/tunnels")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            operationId = "listFromCursor",
            summary = "List your tunnels from a cursor on",
            description =
                    "Latest first. Follow nextCursor, or the Link header, until there is none: what is created or"
                            + " deleted meanwhile neither repeats nor hides another tunnel, and late pages cost what the first does.")
    @ApiResponse(responseCode = "200", description = "Some tunnels; Link names the next page, if there is one")
    @ApiResponse(
            responseCode = "400",
            description = "VALIDATION_ERROR: the limit is out of bounds or no cursor of ours")
    ResponseEntity<TunnelSlice> listFrom(
            @Parameter(description = "nextCursor of the page before") @RequestParam Optional<String> cursor,
            @RequestParam(defaultValue = "50") @Min(1) @Max(PageRequest.MAX_LIMIT) int limit,
            Caller caller) {
        TunnelSlice slice = views.listFrom(cursor.map(TunnelCursor::parse), limit, caller);
        var answer = ResponseEntity.ok();
        slice.nextCursor()
                .ifPresent(next -> answer.header(
                        HttpHeaders.LINK, "</api/v2/tunnels?limit=" + limit + "&cursor=" + next + ">; rel=\"next\""));
        return answer.body(slice);
    }
}

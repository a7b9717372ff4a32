package dev.culvert.platform.sample;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageLimit;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/things")
class SampleController {

    record Part(@NotBlank String label) {}

    record CreateThingRequest(
            @NotBlank String name,
            @NotNull @Min(1) @Max(9) Integer size,
            Optional<String> note,
            List<@Valid Part> parts) {}

    record ThingResponse(String name, Integer size, Optional<String> note) {}

    record MeResponse(UUID userId, UUID tenantId, String tier) {}

    @Access(open = true)
    @PostMapping
    ThingResponse create(@Valid @RequestBody CreateThingRequest request) {
        return new ThingResponse(request.name(), request.size(), request.note());
    }

    @Access(open = true)
    @GetMapping("/{thingId}")
    ThingResponse get(@PathVariable UUID thingId) {
        throw new ProblemException(ProblemCode.TUNNEL_001, "There is no thing " + thingId + ".")
                .withAlias("THING_NOT_FOUND");
    }

    @Access(open = true)
    @DeleteMapping("/{thingId}")
    void delete(@PathVariable UUID thingId) {}

    @Access(open = true)
    @GetMapping("/{thingId}/parts/{number}")
    int part(@PathVariable UUID thingId, @PathVariable int number) {
        return number;
    }

    @Access(open = true)
    @PostMapping("/{thingId}/parts/count")
    int countParts(@PathVariable UUID thingId) {
        return 0;
    }

    @Access(open = true)
    @GetMapping("/search")
    List<String> search(@RequestParam("max_size") @Max(9) int maxSize, @RequestHeader("X-Kind") String kind) {
        return List.of(kind, Integer.toString(maxSize));
    }

    @Access(open = true)
    @GetMapping("/crash")
    String crash() {
        throw new IllegalStateException("select secret from vault");
    }

    @Access(open = true)
    @GetMapping("/pages")
    Page<Integer> pages(PageRequest page) {
        List<Integer> items = IntStream.range(page.offset(), Math.min(120, page.offset() + page.limit()))
                .boxed()
                .toList();
        return Page.of(items, 120, page);
    }

    @Access(open = true)
    @GetMapping("/small-pages")
    PageRequest smallPages(@PageLimit(value = 20, byDefault = 10) PageRequest page) {
        return page;
    }

    @Access(open = true)
    @GetMapping("/slow")
    CompletableFuture<String> slow() {
        return CompletableFuture.supplyAsync(
                () -> "slow", CompletableFuture.delayedExecutor(1100, TimeUnit.MILLISECONDS));
    }

    @Access(open = true)
    @GetMapping("/busy")
    String busy() {
        throw new ProblemException(ProblemCode.RATE_LIMIT_EXCEEDED, "Slowly.").withRetryAfter(Duration.ofMillis(1500));
    }

    @Access(open = true)
    @GetMapping(path = "/text", produces = MediaType.TEXT_PLAIN_VALUE)
    String text() {
        return "text";
    }

    @Access(signedIn = true)
    @GetMapping("/me")
    MeResponse me(Caller caller) {
        return new MeResponse(caller.userId(), caller.tenantId(), caller.tier().wireName());
    }

    @Access(scope = Scope.TUNNELS_WRITE)
    @GetMapping("/scoped")
    String scoped() {
        return "scoped";
    }

    @Access(permission = Permission.VIEW_AUDIT_LOGS, fresh = true)
    @GetMapping("/sensitive")
    String sensitive() {
        return "sensitive";
    }

    @Access(permission = Permission.VIEW_AUDIT_LOGS)
    @GetMapping("/permitted")
    String permitted() {
        return "permitted";
    }
}

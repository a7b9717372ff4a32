package dev.culvert.gateway.call;

/** What kind of address a request is for; decides which checks apply. */
public enum Plane {
    /** JSON API of a service: bodies are capped, answers have a deadline. */
    API,

    /**
     * Endpoints and pages of the authorization server: as {@link #API}, but applications also prove who they are there in
     * other ways than by a token, and the pages state their own content policy.
     */
    AUTHORIZATION,

    /** Traffic through a tunnel or proxy: streamed both ways, unchanged and without a total deadline. */
    DATA,

    /** Answered by the gateway itself, to anybody, without a limit: health, metrics, documentation. */
    OWN,

    /** No such address. */
    NONE
}

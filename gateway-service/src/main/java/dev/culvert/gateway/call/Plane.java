package dev.culvert.gateway.call;

/** What kind of address a request is for; decides which checks apply. */
public enum Plane {
    /** JSON API of a service: bodies are capped, answers have a deadline. */
    API,

    /** Traffic through a tunnel or proxy: streamed both ways, unchanged and without a total deadline. */
    DATA,

    /** Answered by the gateway itself, to anybody, without a limit: health, metrics, documentation. */
    OWN,

    /** No such address. */
    NONE
}

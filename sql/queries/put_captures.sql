-- The facts of what a batch fetched. (Joined by page first: by batch, the planner expects one page.)
WITH told AS MATERIALIZED (
    SELECT
        page.batch_id,
        page.state AS page_state,
        given.*
    FROM
        jsonb_to_recordset(%(outcomes)s)
            AS given (
                page_id bigint, state text, final_url text, http_status integer, fetched_at timestamptz,
                warc_record_id text, warc_offset bigint, payload_digest text, payload_capture_id bigint,
                robots_directives text[], tdm_reservation boolean, usage_terms text
            )
    INNER JOIN copytaster.page AS page ON given.page_id = page.page_id
)

INSERT INTO copytaster.capture (
    page_id, batch_id, final_url, http_status, fetched_at, warc_path, warc_record_id, warc_offset,
    payload_digest, payload_capture_id, robots_verdict, robots_directives, tdm_reservation, usage_terms
)
SELECT
    told.page_id,
    told.batch_id,
    told.final_url,
    told.http_status,
    told.fetched_at,
    %(warc_path)s,
    told.warc_record_id,
    told.warc_offset,
    told.payload_digest,
    told.payload_capture_id,
    %(robots_verdict)s,
    coalesce(told.robots_directives, '{}'),
    told.tdm_reservation,
    told.usage_terms
FROM told
WHERE told.state = 'fetched' AND told.batch_id = %(batch)s AND told.page_state = 'claimed'
ORDER BY told.page_id
ON CONFLICT ON CONSTRAINT capture_page_key DO NOTHING

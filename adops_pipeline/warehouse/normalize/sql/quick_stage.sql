-- The judged rows, read quickly: one that is not fine is read again, carefully, and only then its reason is worked out.
SELECT
__taken__
    unknown,
    CASE WHEN NOT is_fine THEN 'to be read carefully' END AS reason,
    NULL::VARCHAR AS note,
    line
FROM judged

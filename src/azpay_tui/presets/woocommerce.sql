SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 65536;
SELECT
  COALESCE(x.number, p.ID) AS number,
  CASE WHEN p.post_status LIKE 'wc-%' THEN SUBSTRING(p.post_status, 4) ELSE p.post_status END AS status,
  x.permission,
  x.charge,
  x.refunds,
  x.older,
  x.amount,
  x.currency,
  p.post_date_gmt AS created,
  NULLIF(TRIM(CONCAT_WS(' ', x.first_name, x.last_name)), '') AS buyer_name,
  x.buyer_email,
  (SELECT GROUP_CONCAT(c.comment_content ORDER BY c.comment_ID SEPARATOR ' ')
     FROM :prefixcomments c
    WHERE c.comment_post_ID = p.ID
      AND c.comment_type = 'order_note'
      AND c.comment_content REGEXP '[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}-[ACR][0-9]{6}') AS notes
FROM (
  SELECT
    m.post_id,
    COALESCE(
      MAX(CASE WHEN m.meta_key = '_order_number_formatted' THEN NULLIF(m.meta_value, '') END),
      MAX(CASE WHEN m.meta_key = '_order_number' THEN NULLIF(m.meta_value, '') END)
    ) AS number,
    COALESCE(
      MAX(CASE WHEN m.meta_key = 'amazon_charge_permission_id' THEN NULLIF(m.meta_value, '') END),
      MAX(CASE WHEN m.meta_key = 'amazon_billing_agreement_id' THEN NULLIF(m.meta_value, '') END),
      MAX(CASE WHEN m.meta_key = 'amazon_reference_id' THEN NULLIF(m.meta_value, '') END)
    ) AS permission,
    MAX(CASE WHEN m.meta_key = 'amazon_charge_id' THEN NULLIF(m.meta_value, '') END) AS charge,
    GROUP_CONCAT(CASE WHEN m.meta_key = 'amazon_refund_id' THEN m.meta_value END ORDER BY m.meta_id SEPARATOR ' ')
      AS refunds,
    GROUP_CONCAT(CASE WHEN m.meta_key IN ('amazon_authorization_id', 'amazon_capture_id') THEN m.meta_value END
      ORDER BY m.meta_id SEPARATOR ' ') AS older,
    MAX(CASE WHEN m.meta_key = '_order_total' THEN m.meta_value END) AS amount,
    MAX(CASE WHEN m.meta_key = '_order_currency' THEN m.meta_value END) AS currency,
    MAX(CASE WHEN m.meta_key = '_billing_first_name' THEN m.meta_value END) AS first_name,
    MAX(CASE WHEN m.meta_key = '_billing_last_name' THEN m.meta_value END) AS last_name,
    MAX(CASE WHEN m.meta_key = '_billing_email' THEN m.meta_value END) AS buyer_email
  FROM :prefixposts o
  JOIN :prefixpostmeta m ON m.post_id = o.ID
  WHERE o.post_type = 'shop_order'
    AND o.post_modified_gmt >= :since
    AND m.meta_key IN (
      '_order_number_formatted', '_order_number', '_order_total', '_order_currency',
      '_billing_first_name', '_billing_last_name', '_billing_email',
      'amazon_charge_permission_id', 'amazon_charge_id', 'amazon_refund_id',
      'amazon_reference_id', 'amazon_billing_agreement_id', 'amazon_authorization_id', 'amazon_capture_id')
  GROUP BY m.post_id
) x
JOIN :prefixposts p ON p.ID = x.post_id
WHERE x.permission IS NOT NULL OR x.charge IS NOT NULL OR x.older IS NOT NULL
ORDER BY p.ID;

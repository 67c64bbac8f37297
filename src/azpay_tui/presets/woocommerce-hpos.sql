SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 65536;
SELECT
  COALESCE(x.number, o.id) AS number,
  CASE WHEN o.status LIKE 'wc-%' THEN SUBSTRING(o.status, 4) ELSE o.status END AS status,
  x.permission,
  x.charge,
  x.refunds,
  x.older,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM o.total_amount)) AS amount,
  o.currency AS currency,
  o.date_created_gmt AS created,
  NULLIF(TRIM(CONCAT_WS(' ', a.first_name, a.last_name)), '') AS buyer_name,
  o.billing_email AS buyer_email,
  (SELECT GROUP_CONCAT(c.comment_content ORDER BY c.comment_ID SEPARATOR ' ')
     FROM :prefixcomments c
    WHERE c.comment_post_ID = o.id
      AND c.comment_type = 'order_note'
      AND c.comment_content REGEXP '[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}-[ACR][0-9]{6}') AS notes
FROM (
  SELECT
    m.order_id,
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
    GROUP_CONCAT(CASE WHEN m.meta_key = 'amazon_refund_id' THEN m.meta_value END ORDER BY m.id SEPARATOR ' ')
      AS refunds,
    GROUP_CONCAT(CASE WHEN m.meta_key IN ('amazon_authorization_id', 'amazon_capture_id') THEN m.meta_value END
      ORDER BY m.id SEPARATOR ' ') AS older
  FROM :prefixwc_orders w
  JOIN :prefixwc_orders_meta m ON m.order_id = w.id
  WHERE w.type = 'shop_order'
    AND w.date_updated_gmt >= :since
    AND m.meta_key IN (
      '_order_number_formatted', '_order_number',
      'amazon_charge_permission_id', 'amazon_charge_id', 'amazon_refund_id',
      'amazon_reference_id', 'amazon_billing_agreement_id', 'amazon_authorization_id', 'amazon_capture_id')
  GROUP BY m.order_id
) x
JOIN :prefixwc_orders o ON o.id = x.order_id
LEFT JOIN :prefixwc_order_addresses a ON a.order_id = o.id AND a.address_type = 'billing'
WHERE x.permission IS NOT NULL OR x.charge IS NOT NULL OR x.older IS NOT NULL
ORDER BY o.id;

SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SELECT
  x.number,
  x.status,
  x.permission,
  x.charge,
  x.last_refund,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(x.total AS DECIMAL(20, 4)))) AS amount,
  x.currency,
  x.created,
  x.buyer_name,
  x.buyer_email
FROM (
  SELECT STRAIGHT_JOIN
    o.order_number AS number,
    s.technical_name AS status,
    JSON_UNQUOTE(JSON_EXTRACT(t.custom_fields, '$.swag_amazon_pay_charge_permission_id')) AS permission,
    NULLIF(JSON_UNQUOTE(JSON_EXTRACT(t.custom_fields, '$.swag_amazon_pay_charge_id')), 'null') AS charge,
    NULLIF(JSON_UNQUOTE(JSON_EXTRACT(t.custom_fields, '$.swag_amazon_pay_last_refund_id')), 'null') AS last_refund,
    o.amount_total AS total,
    c.iso_code AS currency,
    o.order_date_time AS created,
    NULLIF(TRIM(CONCAT_WS(' ', u.first_name, u.last_name)), '') AS buyer_name,
    u.email AS buyer_email,
    t.created_at AS paid_at
  FROM (
    SELECT r.id
    FROM :prefixorder_transaction r
    WHERE r.created_at >= :since OR r.updated_at >= :since
    UNION
    SELECT r.id
    FROM `:prefixorder` q
    JOIN :prefixorder_transaction r ON r.order_id = q.id AND r.order_version_id = q.version_id
    WHERE q.created_at >= :since OR q.updated_at >= :since
  ) h
  JOIN :prefixorder_transaction t ON t.id = h.id AND t.version_id = UNHEX('0FA91CE3E96A4BC2BE4BD9CE752C3425')
  JOIN `:prefixorder` o ON o.id = t.order_id AND o.version_id = t.order_version_id
  JOIN :prefixstate_machine_state s ON s.id = t.state_id
  JOIN :prefixcurrency c ON c.id = o.currency_id
  LEFT JOIN :prefixorder_customer u ON u.order_id = o.id AND u.order_version_id = o.version_id
  WHERE t.custom_fields LIKE '%swag_amazon_pay_charge_permission_id%'
  HAVING permission REGEXP '^[A-Z][0-9]{2}-[0-9]{7}-[0-9]{7}$'
) x
ORDER BY x.paid_at, x.permission;
